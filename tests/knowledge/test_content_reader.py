"""Content is read once and answered from memory, and a change anywhere is heard of within the time that is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.policies.importer import import_documents
from knowledge.policies.model import PayerId, Scope
from tests.databases import open_database
from tests.knowledge.conftest import StoppedClock
from tests.knowledge.policies.test_importer import NOW, POLICY, write

OHIO = Scope(PayerId("caresource"), "marketplace", "OH")
DAY = date(2026, 11, 21)
FRESH_FOR_S = 1.0


class Stopwatch:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def running(filled: Database, clock: StoppedClock, stopwatch: Stopwatch) -> AsyncIterator[Knowledge]:
    """The services of a process that runs while another one imports: with connections of its own."""
    url = filled.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    database = open_database(url)
    yield build_knowledge(database, clock, monotonic=stopwatch, fresh_for_s=FRESH_FOR_S)
    await database.close()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database meanwhile, transactions aside."""
    said: list[str] = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)


async def ask(knowledge: Knowledge) -> list[str]:
    return [fact.id for fact in await knowledge.policies.find_facts("candidacy", OHIO, DAY)]


async def test_what_was_read_is_not_read_again_while_it_is_fresh(running: Knowledge) -> None:
    first = await ask(running)
    plans = await running.policies.list_plans()
    with statements() as said:
        assert await ask(running) == first
        assert await running.policies.list_plans() == plans
    assert said == []


async def test_afterwards_one_look_says_that_nothing_has_changed(running: Knowledge, stopwatch: Stopwatch) -> None:
    await ask(running)
    await running.policies.list_plans()
    stopwatch.at += FRESH_FOR_S
    with statements() as said:
        await ask(running)
        await running.policies.list_plans()
    assert len(said) == 1


async def test_an_import_of_another_process_is_spoken_within_the_time(
    running: Knowledge, filled: Database, stopwatch: Stopwatch, tmp_path: Path
) -> None:
    assert "test-fact" not in await ask(running)
    import_documents(filled, write(tmp_path, POLICY), now=NOW)
    stopwatch.at += FRESH_FOR_S
    assert "test-fact" in await ask(running)


async def test_an_import_that_was_refused_half_way_changes_nothing(
    running: Knowledge, filled: Database, stopwatch: Stopwatch, tmp_path: Path
) -> None:
    before = await ask(running)
    taken = (await running.policies.find_facts("therapy_basics", OHIO, DAY))[0].id
    with pytest.raises(Exception, match="belongs to another document"):
        import_documents(filled, write(tmp_path, POLICY.replace("test-fact", taken)), now=NOW)
    stopwatch.at += FRESH_FOR_S
    with statements() as said:
        assert await ask(running) == before
    assert len(said) == 1


async def test_what_is_kept_is_still_judged_by_the_day_that_is_asked_about(
    running: Knowledge, filled: Database, tmp_path: Path
) -> None:
    import_documents(filled, write(tmp_path, POLICY), now=NOW)
    assert "test-fact" in await ask(running)
    with statements() as said:
        late = await running.policies.find_facts("candidacy", OHIO, date(2026, 12, 1))
        elsewhere = await running.policies.find_facts("candidacy", replace(OHIO, line_of_business="medicaid"), DAY)
    assert "test-fact" not in [fact.id for fact in (*late, *elsewhere)]
    assert said == []


async def test_services_that_keep_nothing_fresh_see_a_change_at_once(
    knowledge: Knowledge, filled: Database, tmp_path: Path
) -> None:
    assert "test-fact" not in await ask(knowledge)
    import_documents(filled, write(tmp_path, POLICY), now=NOW)
    assert "test-fact" in await ask(knowledge)
