"""Which timers have come due, also after the clock was put back?"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

Moment = datetime | sa.BindParameter[datetime]


def is_due(timer: sa.ColumnElement[datetime], now: Moment, too_far: Moment) -> sa.ColumnElement[bool]:
    """True of rows whose timer is over, and of those due later than `too_far`.

    Each kind of timer knows how far ahead it is ever set. What lies beyond was written before the clock was put back,
    and would wait until it has caught up.
    """
    return sa.or_(timer <= now, timer > too_far)
