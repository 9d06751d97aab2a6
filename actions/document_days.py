"""Which day of a document may be told as the payer's? The day it states; those of reading and activation are ours."""

from __future__ import annotations

from datetime import date

from actions.phrases import Phrases
from actions.spoken import say_day
from knowledge.policies.model import PolicyDocument


def standing_on(document: PolicyDocument, day: date) -> str:
    """Where a document stands on a day: "in_force", "ended", "not_yet" or, where no text of it counts, "not_on_file".

    What the payer had in force is known from the day on that the document states. The days on which it was read, or
    activated or archived by an operator, say nothing of it.
    """
    if document.has_ended_on(day):
        return "not_on_file" if document.is_retired else "ended"
    if document.in_force_on(day):
        return "in_force"
    return "not_yet" if document.effective_on and day < document.effective_on else "not_on_file"


def say_since(document: PolicyDocument, day: date, phrases: Phrases) -> str:
    """Its own effective day, or that it states none; its end where it has ended by `day`, and by whom."""
    has_ended = document.has_ended_on(day)
    if has_ended and document.archived_on and document.archived_on == document.ends_on:
        return phrases.say("utter_policy_lookup_part_since_ended", archived_on=say_day(document.archived_on))
    if document.effective_on:
        own = phrases.say("utter_policy_lookup_part_since_dated", effective_on=say_day(document.effective_on))
    else:
        own = phrases.say("utter_policy_lookup_part_since_undated", read_on=say_day(document.read_on))
    if has_ended and document.ends_on:
        retired, replaced = "utter_policy_lookup_part_since_retired", "utter_policy_lookup_part_since_replaced"
        key = retired if document.is_retired else replaced
        return phrases.join([own, phrases.say(key, day=say_day(document.ends_on))])
    is_told = document.in_force_on(day)
    return own if is_told else phrases.join([own, say_on_file_from(document, phrases)])


def say_next(newer: PolicyDocument, document: PolicyDocument, phrases: Phrases) -> str:
    """That a newer version takes over: on the day that it states, else on the day from which its text counts here."""
    day = say_day(newer.in_force_from)
    if newer.effective_on == newer.in_force_from:
        return phrases.say("utter_policy_lookup_part_next", effective_on=day)
    if newer.effective_on and newer.effective_on == document.effective_on:
        return phrases.say("utter_policy_lookup_part_next_same", day=day)
    first = phrases.say("utter_policy_lookup_part_next_on_file", day=day)
    return phrases.join([first, _say_own_day(newer, phrases)])


def say_on_file_from(document: PolicyDocument, phrases: Phrases) -> str:
    """From which day on its text counts here, where that is not the document's own day; else empty."""
    own = document.effective_on or document.read_on
    if document.in_force_from == own:
        return ""
    return phrases.say("utter_part_on_file_from", day=say_day(document.in_force_from))


def _say_own_day(document: PolicyDocument, phrases: Phrases) -> str:
    if document.effective_on is None:
        return ""
    return phrases.say("utter_policy_lookup_part_next_own_day", effective_on=say_day(document.effective_on))
