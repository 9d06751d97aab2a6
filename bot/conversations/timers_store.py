"""Which timers have come due, also after the clock was put back?"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

# No timer is set further ahead: the longest pause before something is tried again is 15 minutes. What lies beyond was
# written before the clock was put back, and would wait until it has caught up.
LONGEST_AHEAD = timedelta(hours=1)

Moment = datetime | sa.BindParameter[datetime]


def is_due(timer: sa.ColumnElement[datetime], now: Moment, too_far: Moment) -> sa.ColumnElement[bool]:
    """True of rows whose timer is over; `too_far` is LONGEST_AHEAD after `now`."""
    return sa.or_(timer <= now, timer > too_far)
