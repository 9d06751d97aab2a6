"""What is told of a day is what was in force on it: before a policy, after its end, and around its next version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import yaml

from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.origin import Origin
from knowledge.policies.files import read_document
from knowledge.policies.import_store import add_version, retire
from knowledge.policies.model import VersionId
from knowledge.shipped.files import CONTENT
from knowledge.shipped.importer import load_content
from tests.actions.cast import NOW
from tests.answers.asking import GEORGIA, INDEPENDENCE, WEST_VIRGINIA, Question, RealStage, Spoken
from tests.knowledge.conftest import StoppedClock

NUMBER = "MP-AD-1623"
POLICY = CONTENT / "documents/caresource-mp-ad-1623.yml"
FIRST = read_document(POLICY).document.version_id
DAY_BEFORE, FIRST_DAY, TODAY = date(2026, 4, 30), date(2026, 5, 1), date(2026, 11, 21)
LAST_DAY, END = date(2027, 1, 31), date(2027, 2, 1)
NEXT = date(2027, 5, 1)
# The topics on which this policy alone speaks for CareSource, and the only fact that version 2 words anew.
OF_POLICY = ("evidence_of_coverage", "coverage_general", "precertification", "cost", "candidacy")
CHANGED = "cs-evidence-controls"
NEW_WORDS = "In the new CareSource policy, too, your Evidence of Coverage is the one that counts."


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


@pytest.fixture
def travel(database: Database, clock: StoppedClock) -> RealStage:
    """The actions on a database of the test's own, SQLite and PostgreSQL, and a clock that can be moved."""
    load_content(database, now=NOW)
    return RealStage(knowledge=build_knowledge(database, clock))


@pytest.fixture
def schedule_next(database: Database, tmp_path: Path) -> Callable[[], VersionId]:
    """An operator imports version 2, in force from 05/01/2027."""

    def schedule() -> VersionId:
        file = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
        file["document"] |= {"issued_on": date(2027, 2, 15), "effective_on": NEXT, "version": "2"}
        next(fact for fact in file["facts"] if fact["id"] == CHANGED)["text"] = NEW_WORDS
        path = tmp_path / "next.yml"
        path.write_text(yaml.safe_dump(file), encoding="utf-8")
        record = read_document(path)
        return database.write_now(lambda connection: add_version(connection, record, Origin.IMPORTED, NOW))

    return schedule


async def ask(stage: RealStage, topic: str, day: date | None = None, *, number: str | None = None) -> Spoken:
    return (await stage.ask(Question(topic, GEORGIA, day=day, number=number)))[0]


async def test_the_day_before_the_policy_nothing_of_it_is_told_and_on_its_first_day_it_is(stage: RealStage) -> None:
    for topic in OF_POLICY:
        before, after = await ask(stage, topic, DAY_BEFORE), await ask(stage, topic, FIRST_DAY)
        assert before.key == "utter_not_on_day"
        assert before.facts == []
        assert after.key == f"utter_{topic}_answer"
        assert {citation["number"] for citation in after.citations} == {NUMBER}


@pytest.mark.parametrize("number", [NUMBER, None], ids=["by-number", "by-plan"])
async def test_the_policy_itself_is_found_on_both_days_and_stands_differently(
    stage: RealStage, number: str | None
) -> None:
    before, after = [await ask(stage, "policy_lookup", day, number=number) for day in (DAY_BEFORE, FIRST_DAY)]
    assert (before.key, after.key) == ("utter_policy_lookup_not_in_force", "utter_policy_lookup_in_force")
    assert [spoken.reply["cards"][0]["standing"] for spoken in (before, after)] == ["not yet in force", "in force"]
    assert all("05/01/2026" in spoken.text for spoken in (before, after))


async def test_from_its_archive_day_on_nothing_of_it_is_told_as_current(travel: RealStage, database: Database) -> None:
    database.write_now(lambda connection: retire(connection, FIRST, END, today=TODAY))

    for topic in OF_POLICY:
        last, ended = await ask(travel, topic, LAST_DAY), await ask(travel, topic, END)
        assert {citation.get("number") for citation in last.citations} == {NUMBER}
        assert NUMBER not in {citation.get("number") for citation in ended.citations} or not ended.facts
        assert not any(fact.startswith("cs-") for fact in ended.facts)
    found = await ask(travel, "policy_lookup", END, number=NUMBER)
    # That the text is archived here is no word of the payer: nothing is said of what that one has in force.
    assert found.key == "utter_policy_lookup_not_on_file"
    assert found.reply["cards"][0].get("standing") is None
    assert "02/01/2027" in found.text


async def test_a_scheduled_version_is_told_for_its_day_and_not_before(
    travel: RealStage, schedule_next: Callable[[], VersionId]
) -> None:
    now, found = await ask(travel, "evidence_of_coverage"), await ask(travel, "policy_lookup", number=NUMBER)
    schedule_next()
    days = (None, date(2027, 4, 30), NEXT)
    today, last, first = [await ask(travel, "evidence_of_coverage", day) for day in days]

    assert now.text == today.text
    assert [NEW_WORDS in spoken.text for spoken in (today, last, first)] == [False, False, True]
    versions = [{citation["version"] for citation in spoken.citations} for spoken in (today, last, first)]
    assert versions == [{"dated 2026-01-28"}, {"dated 2026-01-28"}, {"2"}]

    # Every step of an answer for that day is of that day.
    steps = await travel.ask(Question("evidence_of_coverage", WEST_VIRGINIA, day=NEXT))
    assert len(steps) > 2
    assert all("05/01/2027" in spoken.text for spoken in steps)
    assert {citation["version"] for spoken in steps for citation in spoken.citations} == {"2"}

    # A question on the policy says when the newer version takes over.
    announced, later = [await ask(travel, "policy_lookup", day, number=NUMBER) for day in (None, NEXT)]
    assert ["05/01/2027" in spoken.text for spoken in (found, announced)] == [False, True]
    assert [citation["version"] for citation in announced.citations] == ["dated 2026-01-28", "2"]
    assert (later.key, later.citations[0]["version"]) == ("utter_policy_lookup_in_force", "2")

    # And it means nothing to another payer's members.
    for day in (DAY_BEFORE, TODAY, NEXT):
        for topic in OF_POLICY:
            for spoken in await travel.ask(Question(topic, INDEPENDENCE, day=day)):
                assert "CareSource" not in {citation["payer"] for citation in spoken.citations}


async def test_when_the_day_comes_today_is_answered_from_the_new_version_by_itself(
    travel: RealStage, schedule_next: Callable[[], VersionId], clock: StoppedClock
) -> None:
    schedule_next()
    # Just before and after midnight where the plan is.
    clock.now = datetime(2027, 5, 1, 3, 59, tzinfo=timezone.utc)
    before = await ask(travel, "evidence_of_coverage")
    clock.forward(minutes=2)
    after = await ask(travel, "evidence_of_coverage")

    assert (NEW_WORDS in before.text, NEW_WORDS in after.text) == (False, True)
