"""Which of the numbered choices does a text take? "2", "option 2", "the second one", or the choice's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversations.model import Author, Awaiting, Message, QuickReply
from bot.safety.gate import normalise

_NUMBER = re.compile(r"(?:(?:option|choice|number|no|nr|opcion|numero|la|el|the)\.? ?)?#?([1-9][0-9]?)")
_PLACE = re.compile(r"(?:the )?(first|second|third|fourth|1st|2nd|3rd|4th)(?: (?:one|option|choice))?")
_PLACES = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_AROUND = " .,;:!?)(#\"'"
_FILLER = re.compile(r"^(?:please |por favor )|(?: please| por favor| thanks| gracias)$")


def find_choice(text: str, messages: Sequence[Message], awaiting: Awaiting | None) -> QuickReply | None:
    """The choice that the text takes among those offered last; None when it takes none.

    None is taken once a coach has written: what comes then is said to the coach.
    A number alone is not a choice when the assistant has asked for something else since: "How old is he?" - "2".
    """
    said = _plain(text)
    if not said:
        return None
    ours = [message for message in messages if message.author is not Author.MEMBER]
    offering = next((message for message in reversed(ours) if message.quick_replies), None)
    if offering is None or any(message.author is Author.COACH for message in ours[ours.index(offering) :]):
        return None
    offered = offering.quick_replies
    by_title = next((reply for reply in offered if _plain(reply.title) == said), None)
    if by_title is not None:
        return by_title
    asked_for_other = awaiting is not None and awaiting.kind != "choice" and offering is not ours[-1]
    # "The second one" may be a hospital that was told of since.
    place = _PLACE.fullmatch(said) if offering is ours[-1] else None
    number = _PLACES[place[1]] if place else _read_number(said)
    if number is None or asked_for_other or number > len(offered):
        return None
    return offered[number - 1]


def _read_number(said: str) -> int | None:
    number = _NUMBER.fullmatch(said)
    return int(number[1]) if number else None


def _plain(text: str) -> str:
    return _FILLER.sub("", normalise(text).strip(_AROUND)).strip(_AROUND)
