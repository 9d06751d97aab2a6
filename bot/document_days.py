"""How are a document's days written for operators? Only a day that the source states is ever called one in force."""

from __future__ import annotations

import re
from datetime import date, datetime

from knowledge.policies.model import PolicyDocument

_ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def say_day(day: date) -> str:
    """A day as operators read it: 05/01/2026."""
    return f"{day:%m/%d/%Y}"


def say_iso_days(text: str) -> str:
    """The text ("dated 2023-03-21", "2023-03-21") with its days as operators read them."""
    return _ISO_DAY.sub(r"\2/\3/\1", text)


def say_since(document: PolicyDocument) -> str:
    """Since when a document holds: "in force since 05/01/2026", "counts since 11/21/2026 (read)".

    Where that is not the day that the document states, both: "counts since 11/22/2026 (effective 05/01/2026)".
    """
    day = say_day(document.in_force_from)
    if document.effective_on == document.in_force_from:
        return f"in force since {day}"
    return f"counts since {day} ({_say_own_day(document)})"


def say_beginning(document: PolicyDocument) -> str:
    """The same of a day that may be past or to come: "counts here from 11/22/2026 on (effective 05/01/2026)"."""
    day = say_day(document.in_force_from)
    if document.effective_on == document.in_force_from:
        return f"in force from {day} on"
    return f"counts here from {day} on ({_say_own_day(document)})"


def say_moment(moment: datetime) -> str:
    """A moment as operators read it: 11/22/2026 14:05 UTC."""
    return f"{moment:%m/%d/%Y %H:%M} UTC"


def _say_own_day(document: PolicyDocument) -> str:
    if document.effective_on:
        return f"effective {say_day(document.effective_on)}"
    return "read" if document.in_force_from == document.read_on else "activated"
