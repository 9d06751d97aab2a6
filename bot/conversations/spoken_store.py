"""Which recorded answers spoke these facts? How many, and from which responses."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from bot.conversations.model import Author
from bot.conversations.tables_store import messages


@dataclass(frozen=True)
class Spoken:
    """The number of recorded messages, and the keys of the responses that they came from."""

    messages: int
    keys: frozenset[str]


def find_spoken(connection: sa.Connection, facts: Collection[str]) -> Spoken:
    """The assistant's messages that spoke one of the facts with these ids, whatever their version."""
    # One look at the table, counted by what was said together: answers are many, combinations of facts are few.
    together = sa.cast(messages.c.facts, sa.Text)
    query = (
        sa.select(together, messages.c.response_key, sa.func.count())
        .where(messages.c.author == Author.ASSISTANT.value, together != "[]")
        .group_by(together, messages.c.response_key)
    )
    wanted = set(facts)
    found = [(key, count) for spoken, key, count in connection.execute(query) if wanted & set(json.loads(spoken))]
    return Spoken(sum(count for _, count in found), frozenset(key for key, _ in found if key))
