"""Which edition is told of a policy that differs by state or has come to an end, and what waits for the state?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.bootstrap import build_knowledge
from knowledge.policies.ledger import Ledger, plan_archive
from tests.actions.cast import NOW
from tests.answers.asking import GEORGIA, INDEPENDENCE, OHIO, Asker, Question, RealStage, Spoken
from tests.answers.importing import import_policy, open_content, stage_with
from tests.answers.test_imported_numbers import CARESOURCE_HEAD, INDEPENDENCE_HEAD
from tests.answers.test_imported_words import EDITION
from tests.knowledge.conftest import StoppedClock

NOT_ON_FILE = "utter_policy_lookup_not_on_file"
DECEMBER = date(2026, 12, 5)
ANY_STATE = Asker("caresource")
OTHER = CARESOURCE_HEAD.format(number="MM-0001", title="Power Wheelchairs")
OTHER += "## A. Policy\n\nA wheelchair with a motor is for the home alone.\n"


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """An edition for three of the payer's four states, and a policy on something else."""
    files = {"edition": EDITION, "other": OTHER}
    with stage_with(sqlite_template, tmp_path_factory.mktemp("editions"), files) as stage:
        yield stage


async def test_the_state_is_asked_whatever_else_of_the_payer_is_on_file(stage: RealStage) -> None:
    said = (await stage.ask(Question("coverage_general", ANY_STATE, day=DECEMBER, text="is it covered")))[0]

    assert said.key == "utter_policy_lookup_which_edition"


async def test_a_question_that_waited_for_the_state_is_over_with_the_next_answer(stage: RealStage) -> None:
    stage.begin(ANY_STATE)
    asked = await stage.run(
        "action_answer_coverage_general", "coverage_general", text="is it covered on 12/05/2026",
        entities=[("date", DECEMBER.isoformat())],
    )  # fmt: skip
    assert asked.slots["waiting_question"] == "is it covered on 12/05/2026"
    await stage.run("action_answer_cost", "cost", text="what will it cost me")
    assert stage.slots["waiting_question"] is None


async def test_a_sentence_with_none_of_the_asked_words_answers_no_topic(stage: RealStage) -> None:
    question = Question("evidence_of_coverage", GEORGIA, day=DECEMBER, text="which document decides")

    assert (await stage.ask(question))[0].key == "utter_policy_lookup_own_words_only"


async def test_of_a_policy_without_an_edition_in_force_the_last_one_is_told_and_the_next(
    sqlite_template: Path, tmp_path: Path
) -> None:
    database, clock = open_content(sqlite_template, tmp_path), StoppedClock(NOW)

    def begin(name: str, effective_on: str) -> None:
        text = INDEPENDENCE_HEAD.format(number="08.03.70", title="Gene Therapy").replace("10/01/2026", effective_on)
        text += f"## A. Policy\n\nThe {name} edition asks for tests.\n"
        import_policy(database, tmp_path, name, text, now=clock.now)

    async def ask() -> Spoken:
        stage = RealStage(knowledge=build_knowledge(database, clock))
        return (await stage.ask(Question("policy_lookup", INDEPENDENCE, text="what does 08.03.70 say")))[0]

    begin("first", "10/01/2026")
    clock.now = NOW + timedelta(days=5)
    begin("second", "11/26/2026")
    clock.now = NOW + timedelta(days=10)
    ledger = Ledger(database, clock)
    ledger.archive(plan_archive(ledger.look(), "08.03.70", None, at_once=True), by="anna")

    # An operator's end of it is no end that the payer gave it.
    said = await ask()
    assert (said.key, [each["effective_on"] for each in said.citations]) == (NOT_ON_FILE, ["2026-11-26"])
    begin("third", "01/01/2027")
    said = await ask()
    assert (said.key, [each["effective_on"] for each in said.citations]) == (NOT_ON_FILE, ["2026-11-26", "2027-01-01"])
    await database.close()


async def test_an_edition_that_was_archived_still_stands_between_the_earlier_one_and_its_states(
    sqlite_template: Path, tmp_path: Path
) -> None:
    database, clock = open_content(sqlite_template, tmp_path), StoppedClock(NOW)
    import_policy(database, tmp_path, "edition", EDITION, now=NOW)
    clock.now = NOW + timedelta(days=12)
    ledger = Ledger(database, clock)
    (edition,) = [each for each in ledger.look().find_document("MP-AD-1623") if each.effective_on == date(2026, 12, 1)]
    ledger.archive(plan_archive(ledger.look(), edition.version_id, None), by="anna")
    stage = RealStage(knowledge=build_knowledge(database, clock))

    async def ask(asker: Asker) -> Spoken:
        question = Question("policy_lookup", asker, day=DECEMBER, number="MP-AD-1623", text="is it in force")
        return (await stage.ask(question))[0]

    georgia, ohio, unknown = [await ask(asker) for asker in (GEORGIA, OHIO, ANY_STATE)]
    assert (georgia.key, [each["effective_on"] for each in georgia.citations]) == (NOT_ON_FILE, ["2026-12-01"])
    # The earlier one goes on in Ohio alone, and nothing is in force elsewhere.
    assert ohio.key == "utter_policy_lookup_in_force"
    assert "Ohio" in ohio.text
    assert "Georgia" not in ohio.text
    assert unknown.key == "utter_policy_lookup_which_edition"
    await database.close()
