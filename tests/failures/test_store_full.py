"""What do members get while the disk of PostgreSQL is full, and when there is room again?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from random import Random
from string import ascii_lowercase
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from bot.database.database import create_database_engine
from bot.database.migrate import migrate
from tests.failures.gateway_process import GatewayProcess, Outside, start_gateway_process, until
from tests.failures.scripted_engine import ScriptedEngine
from tests.failures.small_disk import SmallDisk, run_postgres_on_small_disk
from tests.failures.test_store_away import DANGER, WITHIN_S, count_recorded, was_acted_on, works_again

# More than there is room for on the pages that the tables have already.
MOST_THAT_FIT = 100


@pytest.fixture(scope="module")
def disk(postgres_to_break: str) -> Iterator[SmallDisk]:
    """The disk of a server with a migrated database; the other server has made it possible to run one here."""
    with run_postgres_on_small_disk() as disk:
        database = create_database_engine(disk.url)
        migrate(database)
        database.dispose()
        yield disk


@pytest.fixture
def gateway(
    disk: SmallDisk, engine: ScriptedEngine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayProcess]:
    gateway = start_gateway_process(tmp_path_factory.mktemp("gateway"), disk.url, engine)
    yield gateway
    gateway.kill()


async def test_on_a_full_disk_nothing_is_claimed_danger_is_answered_and_what_is_sent_again_acts_once(
    gateway: GatewayProcess, disk: SmallDisk, http: ClientSession
) -> None:
    outside, random = Outside(http, gateway.url), Random(7)  # noqa: S311 - of letters

    def long(about: str) -> str:
        """As many words as may be, which cannot be written shorter."""
        return about + " " + "".join(random.choices(ascii_lowercase, k=1500))

    dana, marcus = await outside.open(), await outside.open()
    assert (await marcus.say("before")).status == 200
    text, sent, sid, cry_sid = long("is it covered"), str(uuid4()), f"SM{uuid4().hex}", f"SM{uuid4().hex}"
    with disk.full():
        # What still has a place on a page is kept as ever.
        statuses = [200]
        while statuses[-1] == 200:
            assert len(statuses) < MOST_THAT_FIT, "the disk was never full"
            statuses.append((await dana.say(long("is it covered"))).status)
        assert statuses[-1] == 503
        assert disk.count_refusals() > 0
        turns = len(gateway.engine.turns_of(marcus.id))
        calm, cry, calm_text, cry_text, alive = await asyncio.gather(
            marcus.say(text, sent),
            marcus.say(long(DANGER)),
            outside.text(text, sid),
            outside.text(long(DANGER), cry_sid),
            outside.call("GET", "/livez"),
        )
        refused = (calm, cry, calm_text)
        assert {(answer.status, answer.code) for answer in refused} == {(503, "STORE_UNAVAILABLE")}
        assert max(answer.took_s for answer in (*refused, cry_text)) < WITHIN_S
        assert "safety" not in calm.body
        assert (cry.body["safety"]["outcome"], cry.body["safety"]["seq"]) == ("emergency", 0)
        assert cry_text.status == 200
        assert "911" in cry_text.body
        assert alive.status == 200
        # Not so much as asked; and what was said before can be read.
        assert len(gateway.engine.turns_of(marcus.id)) == turns
        assert [message["author"] for message in (await marcus.read())[1:]] == ["member", "assistant"]
    await works_again(outside)
    first, again = await marcus.say(text, sent), await marcus.say(text, sent)
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    assert await count_recorded(marcus, sent) == 1
    assert len(gateway.engine.turns_of(marcus.id)) == turns + 1
    texts = [await outside.text(text, sid) for _ in range(2)]
    assert [answer.body[-21:] for answer in texts] == ["<Response></Response>"] * 2
    await until(lambda: was_acted_on(gateway, cry_sid), "the text about danger was acted on")
