"""How does a message become texts? Its words, then cards, numbered choices and sources, in plain characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from bot.channels.sms.segments import plain_for_phones, split_text
from bot.conversations.model import Author, Card, Citation, Message

_WORDS = Path(__file__).with_name("words.yml")
# A sixth source would cost a segment and help nobody; the secure chat shows them all.
_MOST_SOURCES = 3


@dataclass(frozen=True)
class Labels:
    """The words around a message in one language, and what stands in the record for a picture."""

    source: str
    in_force: str
    read: str
    mile: str
    miles: str
    picture: str


@cache
def load_labels() -> Mapping[str, Labels]:
    """The labels of every language, by its code."""
    return {language: Labels(**words) for language, words in yaml.safe_load(_WORDS.read_text("utf-8")).items()}


def render_message(message: Message, locale: str, link: str | None = None) -> tuple[str, ...]:
    """The texts of a message, in order; the same message gives the same texts. `link` stands at the end."""
    return split_text(plain_for_phones(_write(message, get_labels(locale), link)))


def get_labels(locale: str) -> Labels:
    """The labels of this language; of one that has none, the English ones."""
    labels = load_labels()
    return labels.get(locale.partition("-")[0].lower(), labels["en"])


def _write(message: Message, labels: Labels, link: str | None) -> str:
    # On a phone nothing but the words shows that a person is writing.
    signed = f"{message.author_name}: " if message.author is Author.COACH and message.author_name else ""
    choices = "\n".join(f"{number}) {reply.title}" for number, reply in enumerate(message.quick_replies, 1))
    sources = "\n".join(dict.fromkeys(_source(citation, labels) for citation in message.citations[:_MOST_SOURCES]))
    facilities = (card for card in message.cards if card.get("kind") == "facility")
    cards = ("\n".join(_facility_lines(card, labels, message.text)) for card in facilities)
    blocks = (signed + message.text.strip(), *cards, sources, choices, link or "")
    return "\n\n".join(block for block in blocks if block)


def _source(citation: Citation, labels: Labels) -> str:
    title = " ".join(part for part in (citation.get("document"), citation.get("number")) if part)
    if citation.get("effective_on"):
        return f"{labels.source}: {title}, {labels.in_force} {_day(citation['effective_on'])}"
    if citation.get("read_on"):
        return f"{labels.source}: {title}, {labels.read} {_day(citation['read_on'])}"
    return f"{labels.source}: {title}"


def _facility_lines(card: Card, labels: Labels, said: str) -> Iterator[str]:
    """Name and address, and what the message's own words have not said of it: nobody pays to read a thing twice."""
    for field in ("name", "address"):
        if card.get(field):
            yield str(card[field])
    phone, miles = card.get("phone"), card.get("distance_miles")
    if phone and str(phone) not in said:
        yield str(phone)
    if isinstance(miles, (int, float)):
        distance = f"{miles:.1f} {labels.mile if miles == 1 else labels.miles}".replace(".0 ", " ")
        if distance not in said:
            yield distance


def _day(value: str) -> str:
    """A day as people in the United States write it; anything else as it stands."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{day.month}/{day.day}/{day.year}"
