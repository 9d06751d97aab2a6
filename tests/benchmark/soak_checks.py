"""Is everything that was acknowledged in the record, once and answered, and did no process grow?"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.conversations.tables_store import conversations, messages, turns
from bot.database.database import create_database_engine
from tests.benchmark.soak_members import Acknowledged

# What a process may gain between the first and the last third of its life: caches fill; every turn may leave nothing.
GROWTH = 1.10
GROWTH_MB = 10.0
# A process that lived shorter says nothing about growth.
_SAMPLES_OF_A_LIFE = 9


@dataclass(frozen=True)
class Held:
    """Memory of one process at one moment (monotonic seconds)."""

    part: str
    pid: int
    at: float
    pss_mb: float


@dataclass(frozen=True)
class Life:
    """What one process held in the first and in the last third of its life."""

    part: str
    seconds: float
    first_mb: float
    last_mb: float

    @property
    def is_flat(self) -> bool:
        """True where it did not grow."""
        return self.last_mb <= self.first_mb * GROWTH + GROWTH_MB


def check_record(database_url: str, acknowledged: Sequence[Acknowledged]) -> list[str]:
    """What is wrong with the record; empty when every acknowledged message stands there once with its answer."""
    engine = create_database_engine(database_url, timeout_s=60)
    with engine.connect() as connection:
        said = connection.execute(sa.select(messages)).all()
        answered = Counter(row.message_id for row in connection.execute(sa.select(turns.c.message_id)))
        last = {row.id: row.last_seq for row in connection.execute(sa.select(conversations))}
    engine.dispose()
    wrong = []
    mine = [row for row in said if row.author == "member"]
    recorded = Counter((row.conversation_id, row.client_message_id, row.text, row.id) for row in mine)
    told = Counter((each.conversation_id, each.client_message_id, each.text, each.message_id) for each in acknowledged)
    if missing := told - recorded:
        wrong.append(f"{missing.total()} acknowledged messages are not in the record")
    if doubled := recorded - told:
        wrong.append(f"{doubled.total()} messages are in the record that nobody sent, or more than once")
    if once := [row.id for row in mine if answered[row.id] != 1]:
        wrong.append(f"{len(once)} messages do not have exactly one turn")
    replies: dict[str, set[str]] = {}
    for row in said:
        if row.reply_to:
            replies.setdefault(row.reply_to, set()).add(row.id)
    if lost := [each for each in acknowledged if not {*each.reply_ids} <= replies.get(each.message_id, set())]:
        wrong.append(f"{len(lost)} answers were given that are not in the record")
    # A reply beyond those that were given would be a second answer; the asking was answered once.
    if more := [each for each in acknowledged if len(replies.get(each.message_id, ())) > len(each.reply_ids)]:
        wrong.append(f"{len(more)} messages were answered twice")
    places: dict[str, list[int]] = {}
    for row in said:
        places.setdefault(row.conversation_id, []).append(row.seq)
    if gaps := [key for key, seqs in places.items() if sorted(seqs) != list(range(1, last[key] + 1))]:
        wrong.append(f"{len(gaps)} conversations have gaps or doubles in their order")
    return wrong


def list_lives(held: Sequence[Held]) -> list[Life]:
    """What each process held that lived long enough to say something; its start, when caches fill, is left out."""
    lives = []
    for part, pid in dict.fromkeys((each.part, each.pid) for each in held):
        life = [each for each in held if (each.part, each.pid) == (part, pid)]
        if len(life) < _SAMPLES_OF_A_LIFE:
            continue
        third = len(life) // 3
        settled = life[third // 2 :]
        first, last = settled[:third], settled[-third:]
        lives.append(
            Life(
                part,
                life[-1].at - life[0].at,
                statistics.median(each.pss_mb for each in first),
                statistics.median(each.pss_mb for each in last),
            )
        )
    return lives
