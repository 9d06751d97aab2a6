"""How are days and states written for members?"""

from __future__ import annotations

from datetime import date

from knowledge.us_states import US_STATES


def say_day(day: date) -> str:
    """A day as US plan documents and ID cards write it: "05/01/2026"."""
    return f"{day:%m/%d/%Y}"


def say_state(code: str) -> str:
    """A state's name from its two letters; what is no state stays as it is."""
    return US_STATES.get(code, code)
