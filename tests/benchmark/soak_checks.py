"""Is everything that was acknowledged in the record, once and answered, and was it asked and answered all the time?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from bot.conversations.tables_store import conversations, messages, turns
from bot.database.database import create_database_engine
from tests.benchmark.soak_members import Acknowledged, Story

# What a turn may take that was under way when everything was back: the product promises an answer within 3 s.
GRACE_S = 3.0
# Less than this share of the planned turns would not be the load that the soak speaks of.
LEAST_ASKED = 0.9


@dataclass(frozen=True)
class Asking:
    """What members did outside of the outages: `asked_a_second`, and when (monotonic seconds, as the kills) they were
    answered with an apology that nothing excuses."""

    asked_a_second: float
    apologised_at: tuple[float, ...]


def measure_asking(story: Story, began: float, ended: float) -> Asking:
    """An outage lasts from its kill until 3 s after a member had a real answer; a turn is excused whose asking and
    answering overlaps one."""
    outages = [(kill.at, kill.at + kill.back_s + GRACE_S) for kill in story.kills]
    count = sum(began <= at <= ended and not any(start <= at <= end for start, end in outages) for at in story.asked)
    seconds = ended - began - sum(min(end, ended) - start for start, end in outages)
    apologised = [(each.at - each.seconds, each.at) for each in story.acknowledged if each.apologised]
    return Asking(
        count / seconds,
        tuple(told for asked, told in apologised if not any(told >= start and asked <= end for start, end in outages)),
    )


def check_asking(asking: Asking, planned_a_second: float) -> list[str]:
    """What is wrong with it."""
    wrong = []
    if asking.asked_a_second < LEAST_ASKED * planned_a_second:
        wrong.append(f"{asking.asked_a_second:.1f} turns a second were asked, not {planned_a_second:.1f}")
    if asking.apologised_at:
        wrong.append(f"{len(asking.apologised_at)} turns were answered with an apology while nothing was down")
    return wrong


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
