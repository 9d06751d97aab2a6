"""What a turn asks of the database: counted, so that it cannot grow back unseen, whatever the machine's speed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from actions.server import build_executor
from actions.services import ActionServices
from bot.database import Database
from bot.engine_client import EngineReliance
from knowledge.bootstrap import build_knowledge
from knowledge.shipped.importer import load_content
from tests.channels.gateway import Gateway, Tab, reply

# What grows with a conversation shows long before the 200 turns of the benchmark.
_EARLY, _LATE = 5, 60
_KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class Bill:
    """What was asked of a database, and how often something was committed."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._asked: list[tuple[str, Any]] = []
        self.commits = 0

    def add(self, connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.startswith(_KINDS):
            self._asked.append((statement, parameters))

    def commit(self, connection: object) -> None:
        self.commits += 1

    @property
    def kinds(self) -> Counter[str]:
        """How many statements of each kind; what begins and ends a transaction is none."""
        return Counter(statement.split()[0] for statement, _ in self._asked)

    def select_with(self, column: str) -> list[str]:
        """The statements that read this column."""
        return [statement for statement, _ in self._asked if statement.startswith("SELECT") and column in statement]

    def count_rows(self) -> int:
        """How many rows come back when everything that was read is read once more."""
        reads = [asked for asked in self._asked if asked[0].startswith("SELECT")]
        with self._engine.connect() as connection:
            return sum(len(connection.exec_driver_sql(*asked).all()) for asked in reads)


@contextmanager
def billed(database: Database) -> Iterator[Bill]:
    """Counts what this database is asked meanwhile."""
    bill = Bill(database.engine)
    sa.event.listen(database.engine, "before_cursor_execute", bill.add)
    sa.event.listen(database.engine, "commit", bill.commit)
    try:
        yield bill
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", bill.add)
        sa.event.remove(database.engine, "commit", bill.commit)


@pytest.fixture
async def asking(gateway: Gateway) -> Tab:
    """A page whose engine calls a real action, which looks a topic up in the shipped content, once in a turn."""
    load_content(gateway.database)
    known = build_knowledge(gateway.database, gateway.clock, monotonic=lambda: 0.0, fresh_for_s=1.0)
    services = ActionServices(
        policies=known.policies,
        therapies=known.therapies,
        facilities=known.facilities,
        eligibility=known.eligibility,
        search=known.search,
        conversations=gateway.conversations,
        handoffs=gateway.requests,
    )
    executor = build_executor(services)

    async def act(turn: SimpleNamespace) -> None:
        latest = {"text": turn.text, "intent": {"name": "therapy_basics"}, "entities": []}
        tracker = {"sender_id": turn.conversation_id, "slots": {}, "latest_message": latest, "events": []}
        call = {"next_action": "action_answer_therapy_basics", "tracker": tracker, "domain": {}}
        result = await executor.run(call)
        assert [said["response"] for said in result.responses] == ["utter_therapy_basics_answer"]

    gateway.engine.before_answer = act
    made_of = EngineReliance("{statement}", {"statement": {"phrase": "utter_x", "wording": "0a", "values": {}}})
    gateway.engine.replies = [reply(reliance=replace(made_of, wordings={"0a": "An answer."}))]
    return await gateway.open(plan="independence")


async def test_a_turn_is_two_commits_and_ten_statements(asking: Tab) -> None:
    await asking.say("what is gene therapy?")
    with billed(asking.gateway.database) as bill:
        assert (await asking.say("what is gene therapy?")).status == 200
    # One keeps the message before the engine is asked, one the answer with its state before it is shown.
    assert bill.commits == 2
    # Read: for the token, under the lock of each commit, and by the action. Written: two messages, the turn, and what
    # the answer was made of.
    assert bill.kinds == {"SELECT": 4, "INSERT": 4, "UPDATE": 2}


async def test_what_a_turn_reads_does_not_grow_with_the_conversation(asking: Tab) -> None:
    rows, kinds = {}, {}
    for number in range(1, _LATE + 1):
        with billed(asking.gateway.database) as bill:
            assert (await asking.say(f"question {number}")).status == 200
        if number in (_EARLY, _LATE):
            rows[number], kinds[number] = bill.count_rows(), bill.kinds
    assert rows[_EARLY] == rows[_LATE]
    assert kinds[_EARLY] == kinds[_LATE]


async def test_what_is_not_understood_reads_no_words_of_what_was_said_before(asking: Tab) -> None:
    asking.gateway.engine.replies = [replace(asking.gateway.engine.replies[0], key="utter_clarify", outcome="clarify")]
    await asking.say("question 1")
    with billed(asking.gateway.database) as bill:
        assert (await asking.say("question 2")).body["replies"][0]["outcome"] == "clarify"
    assert bill.kinds["SELECT"] == 5
    assert bill.select_with("messages.text") == []


async def test_a_turn_writes_only_the_columns_that_it_changes(asking: Tab) -> None:
    await asking.say("what is gene therapy?")
    updates = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith("UPDATE conversations"):
            updates.append(statement)

    sa.event.listen(asking.gateway.database.engine, "before_cursor_execute", hear)
    asking.gateway.clock.pass_time(seconds=1)
    assert (await asking.say("what is gene therapy?")).status == 200
    written = [
        sorted(each.split("=")[0].strip() for each in statement.split("SET ")[1].split(" WHERE")[0].split(", "))
        for statement in updates
    ]
    assert written == [["last_member_message_at", "last_seq", "version"], ["last_seq", "version"]]


async def test_what_came_before_is_answered_without_a_commit(asking: Tab) -> None:
    sent = "6f1b7c39-9f3f-4d6b-8b8f-5f3f1f5d2b11"
    first = await asking.say("what is gene therapy?", sent)
    with billed(asking.gateway.database) as bill:
        assert (await asking.say("what is gene therapy?", sent)).body == first.body
    assert bill.commits == 0
