"""May a version begin, or end, on that day? What was in force on a day stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from knowledge.policies.model import (
    ActivationTooEarly,
    AlreadyInForce,
    DayHasPassed,
    EndedByThen,
    HasEnded,
    InForceToday,
    PolicyDocument,
    RetiredBeforeForce,
)


def check_activation(document: PolicyDocument, on: date, today: date, *, was_stopped: bool = False) -> None:
    """Refuses a day on which the version, as it stands among the others, can't begin.

    `was_stopped`: it was ended in the course of its first day, so it was in force. Raises AlreadyInForce, HasEnded,
    DayHasPassed, ActivationTooEarly (before the day on which the document says it takes effect), EndedByThen.
    """
    has_begun = not document.is_draft and not document.is_cancelled and document.in_force_from <= today
    if (has_begun or was_stopped) and document.ends_on and document.has_ended_on(today):
        raise HasEnded(document.in_force_from, document.ends_on)
    if has_begun:
        raise AlreadyInForce(document.in_force_from)
    if on < today:
        raise DayHasPassed(on)
    if document.effective_on and on < document.effective_on:
        raise ActivationTooEarly(document.effective_on)
    # A cancelled version gets its day anew, and its end with it.
    retired_on = None if document.is_cancelled else document.retired_on
    end = min((day for day in (document.archived_on, retired_on) if day), default=None)
    if end and on >= end:
        raise EndedByThen(end)


def check_retirement(document: PolicyDocument, on: date, today: date, *, at_once: bool = False) -> None:
    """Refuses a day on which the version, as it stands among the others, can't end.

    Only `at_once` ends what is in force today before the day is over. Raises RetiredBeforeForce (for a draft, too: it
    has no day), EndedByThen, DayHasPassed, InForceToday.
    """
    if document.is_draft:
        raise RetiredBeforeForce
    if on < document.in_force_from:
        raise RetiredBeforeForce(document.in_force_from)
    if document.ends_on and (document.has_ended_on(today) or document.is_cancelled):
        raise EndedByThen(document.ends_on)
    if on < today:
        raise DayHasPassed(on)
    if on == today and document.in_force_on(today) and not at_once:
        raise InForceToday(today)
    others_end = replace(document, retired_on=None).ends_on
    if others_end and others_end <= on:
        raise EndedByThen(others_end)
