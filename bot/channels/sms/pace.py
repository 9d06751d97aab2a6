"""Does a phone text faster than anybody who reads the answers? A machine that answers machines must come to an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

# A text every 15 s for five minutes: who reads our answers, of up to 300 characters, is slower, even one who splits a
# thought into several texts. An out-of-office answer or another bot is faster, and each answer of ours calls for more.
WINDOW = timedelta(minutes=5)
MOST_TEXTS = 20
# Whether the texts of one window were too fast depends on those of the window before it.
LOOK_BACK = 2 * WINDOW
# A flood that never gets calmer is told again after so long, in case that a person reads it by now.
TOLD_FOR = timedelta(hours=1)


class Pace(str, Enum):
    """How fast a phone texts: `too_fast` begins a flood and is told so, `still_too_fast` goes on with one."""

    CALM = "calm"
    TOO_FAST = "too_fast"
    STILL_TOO_FAST = "still_too_fast"


def find_pace(came: Sequence[datetime], *, was_told: bool) -> Pace:
    """The pace at the last of these times, which go back for LOOK_BACK, in order and at least one.

    `was_told`: this phone heard of it within TOLD_FOR.
    """
    later = came[MOST_TEXTS:]
    too_fast = [at - before < WINDOW for before, at in zip(came, later, strict=False)]
    if not (too_fast and too_fast[-1]):
        return Pace.CALM
    goes_on = any(fast and came[-1] - at < WINDOW for fast, at in zip(too_fast[:-1], later, strict=False))
    # One that goes on and was never told of: what was too fast so far had its answer, danger or COACH.
    return Pace.STILL_TOO_FAST if goes_on and was_told else Pace.TOO_FAST
