"""The real engine, actions and gateway on a real PostgreSQL: what does a member get when one of them fails mid-turn?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import ClientSession

from tests.failures.apart import ProductApart, run_apart
from tests.failures.breaking import Postgres
from tests.failures.gateway_process import Answer, Outside, Person, until
from tests.failures.members import check_apology, check_recorded_once, say, until_ready
from tests.member import Member

# Beside the promised 3 s, for a busy machine.
BUSY_S = 1.0
PLAN = "CareSource Marketplace"


@pytest.fixture(scope="module")
def apart(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductApart]:
    """The product in parts, started once for these tests."""
    with run_apart(tmp_path_factory.mktemp("apart"), postgres.url) as apart:
        yield apart


async def come(http: ClientSession, apart: ProductApart) -> Member:
    """A member who has named plan and therapy, so that there is something to forget."""
    await until_ready(http, apart.url)
    member = Member(http, apart.url)
    await member.open(plan="independence")
    said = await say(member, "is zolgensma covered")
    assert said.answer["replies"][-1]["outcome"] == "answer"
    return member


@pytest.mark.parametrize(
    ("way", "codes"),
    [
        # Caught by the actions themselves, and by the gateway: to the engine these are results.
        ("raising", []),
        ("silent", []),
        ("raising_past_everything", ["STATUS_500"]),
        ("hanging", ["TIMEOUT"]),
        ("talking_nonsense", ["NOT_A_RESULT"]),
        ("unreachable", ["UNREACHABLE"]),
    ],
)
async def test_whatever_actions_do_the_member_has_an_apology_in_time_and_goes_on_in_context(
    way: str, codes: list[str], http: ClientSession, apart: ProductApart
) -> None:
    member = await come(http, apart)
    before = len(apart.list_action_failures())
    with getattr(apart.door, way)():
        said = await say(member, "what about its risks")
        check_apology(said, BUSY_S)
        # For this, and not for something else.
        assert apart.list_action_failures()[before:] == codes
    await check_recorded_once(member, said)
    again = await say(member, **said.content)
    assert again.answer["replies"] == said.answer["replies"]

    (reply,) = (await say(member, "do i need a prior authorization for it")).answer["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", "precertification")
    assert {citation["payer"] for citation in reply["citations"]} == {"Independence Blue Cross"}


async def test_a_database_that_dies_under_a_turn_keeps_the_message_and_the_retry_is_answered_in_context(
    http: ClientSession, apart: ProductApart, postgres: Postgres
) -> None:
    outside, follows = Outside(http, apart.url), await come(http, apart)
    asking = Person(outside, follows.conversation_id, follows.token)
    # In the middle of a form.
    answering = await outside.open()
    asked = await answering.say("is zolgensma covered")
    assert asked.body["state"]["awaiting"]["field"] == "plan"
    answering.sent.clear()

    turns = ((asking, "what about its risks"), (answering, PLAN))
    with apart.door.hanging():
        saying = asyncio.gather(*(person.say(text) for person, text in turns))
        await until(lambda: apart.door.count_waiting() == len(turns), "both turns are in an action")
        with postgres.killed():
            apart.door.let_go()
            for lost in await saying:
                assert (lost.status, lost.code) == (503, "STORE_UNAVAILABLE")
                assert lost.took_s < 3.0 + BUSY_S
    await until_ready(http, apart.url)

    for (person, text), topic in zip(turns, ("safety_risks", "coverage_general"), strict=True):
        first, again = [await person.say(text, person.sent[0]) for _ in range(2)]
        check_answered(first, topic)
        assert again.body == first.body
        told = await person.read()
        assert [message.get("client_message_id") for message in told].count(person.sent[0]) == 1
        assert [message["seq"] for message in told][-1] == first.body["replies"][-1]["seq"]
    for person, payer in ((asking, "Independence Blue Cross"), (answering, "CareSource")):
        following = await person.say("do i need a prior authorization for it")
        check_answered(following, "precertification")
        assert {citation["payer"] for citation in following.body["replies"][-1]["citations"]} == {payer}


def check_answered(answer: Answer, topic: str) -> None:
    """One answer, to the question, and no apology."""
    assert answer.status == 200
    (reply,) = answer.body["replies"]
    assert (reply["outcome"], reply["topic"]) == ("answer", topic)
