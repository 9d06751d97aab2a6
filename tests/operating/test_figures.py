"""The figures that are read when somebody asks: what waits in the rows, and what is said when nobody can read them."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.channels.sms.inbox_store import InboxStore
from bot.channels.sms.model import Addresses, InboundText
from bot.channels.web.health import Health
from bot.conversations.deliveries_store import deliveries
from bot.conversations.lookups_store import lookups
from bot.database import Database
from bot.engine_client import EngineReadiness, EngineUnavailable
from bot.figures import Figures
from bot.figures_store import FiguresStore, StoredFigures, Waiting
from bot.http.metrics_app import create_metrics_app
from bot.metrics import REGISTRY, record_action_failures, record_engine_steps
from tests.channels.gateway import PHONE, PLAN_PHONE, Gateway, start_gateway

NOBODY = Waiting(0, 0.0)


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    gateway = await start_gateway(database)
    yield gateway
    await gateway.client.close()


async def test_who_waits_and_who_is_there_is_read_from_the_rows(gateway: Gateway) -> None:
    store = FiguresStore(gateway.database)
    assert await store.read(gateway.clock()) == StoredFigures(NOBODY, 0, NOBODY, NOBODY, NOBODY)

    coach = await gateway.coach()
    first, second, left = [await gateway.open() for _ in range(3)]
    await first.call("POST", "handoff", json={})
    gateway.clock.pass_time(seconds=40)
    await gateway.coaches.heartbeat(coach)
    await second.call("POST", "handoff", json={})
    await left.call("POST", "handoff", json={})
    await left.call("DELETE", "handoff")
    text = InboundText("SM" + "a" * 32, Addresses(PHONE, PLAN_PHONE), "hello")
    await InboxStore(gateway.database).receive(text, gateway.clock())
    gateway.clock.pass_time(seconds=10)
    now = gateway.clock()
    assert await store.read(now) == StoredFigures(Waiting(2, 50.0), 1, Waiting(1, 10.0), NOBODY, NOBODY)

    await gateway.claim(first.id, coach)
    await gateway.text()
    gateway.clock.pass_time(seconds=5)
    found = await store.read(gateway.clock())
    assert (found.handoffs, found.texts_out) == (Waiting(1, 15.0), Waiting(1, 5.0))

    later = sa.update(deliveries).values(due_at=gateway.clock() + timedelta(minutes=1))
    await gateway.database.write(lambda connection: connection.execute(later))
    gateway.clock.pass_time(seconds=30)
    found = await store.read(gateway.clock())
    # A retry that is due later has not waited, and a coach without a sign of life for a minute is not there.
    assert (found.texts_out, found.coaches_on_duty) == (Waiting(1, 0.0), 1)
    gateway.clock.pass_time(seconds=30)
    assert (await store.read(gateway.clock())).coaches_on_duty == 0


async def test_a_look_up_waits_until_it_is_done(gateway: Gateway) -> None:
    tab = await gateway.open()
    await tab.say("is my plan active")
    member_message = (await tab.read(after=1))[0]
    row = {
        "id": "a" * 32, "conversation_id": tab.id, "message_id": member_message["id"], "kind": "plan_record",
        "day": gateway.clock().date(), "asked_at": gateway.clock(), "attempts": 0, "next_try_at": gateway.clock(),
    }  # fmt: skip
    await gateway.database.write(lambda connection: connection.execute(sa.insert(lookups).values(row)))
    gateway.clock.pass_time(seconds=7)
    assert (await FiguresStore(gateway.database).read(gateway.clock())).lookups == Waiting(1, 7.0)
    done = sa.update(lookups).values(done_at=gateway.clock(), outcome="answered")
    await gateway.database.write(lambda connection: connection.execute(done))
    assert (await FiguresStore(gateway.database).read(gateway.clock())).lookups == NOBODY


async def test_failures_are_counted_by_their_reason(gateway: Gateway) -> None:
    tab = await gateway.open()

    async def count(failure: Exception, reason: str) -> float:
        labels = {"reason": reason}
        before = REGISTRY.get_sample_value("gene_guide_engine_failures_total", labels) or 0.0
        gateway.engine.failure = failure
        assert (await tab.say("is it covered")).body["replies"][0]["outcome"] == "failure"
        return (REGISTRY.get_sample_value("gene_guide_engine_failures_total", labels) or 0.0) - before

    assert await count(EngineUnavailable("too slow"), "too_slow") == 1
    assert await count(EngineUnavailable("not reached: ClientOSError"), "not_reached") == 1
    assert await count(EngineUnavailable("refused: 503"), "refused") == 1
    # Whatever it is, the figure's label does not quote it.
    assert await count(EngineUnavailable("GG4711 wants 94117"), "other") == 1


def test_what_the_engine_tells_is_taken_where_it_makes_sense_and_left_where_not() -> None:
    def samples() -> dict[tuple[str, ...], float]:
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
            if family.name in ("gene_guide_engine_step_seconds", "gene_guide_action_failures")
        }

    before = samples()
    record_engine_steps("load;dur=1.5, zebrafinch;dur=2, act;dur=x, save, ;dur=1,,")
    record_action_failures("action_find_facilities;TIMEOUT, zebrafinch;TIMEOUT, action_x;GG 4711, ;,")
    after = samples()
    grown = {name for name, value in after.items() if value != before.get(name, 0.0) and "bucket" not in name[0]}
    assert grown == {
        ("gene_guide_engine_step_seconds_count", "load"),
        ("gene_guide_engine_step_seconds_sum", "load"),
        ("gene_guide_action_failures_total", "action_find_facilities", "TIMEOUT"),
        ("gene_guide_action_failures_total", "action_x", "OTHER"),
    }


async def test_without_database_and_engine_the_figures_say_so_and_are_no_numbers(gateway: Gateway) -> None:
    away = Database.open("postgresql://nobody@127.0.0.1:1/nothing", timeout_s=1.0)

    async def engine() -> EngineReadiness:
        return EngineReadiness(False, None, "ENGINE_NOT_REACHED")

    health = Health(away, engine)
    figures = Figures(FiguresStore(away), health.read_parts, gateway.clock)
    failures = REGISTRY.get_sample_value("gene_guide_store_failures_total", {"kind": "refused"}) or 0.0
    async with TestClient(TestServer(create_metrics_app(figures.refresh))) as client:
        response = await client.get("/metrics")
        assert response.status == 200
        families = text_string_to_metric_families(await response.text())
        values = {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}
    assert values["gene_guide_store_failures_total", "refused"] > failures
    assert math.isnan(values["gene_guide_handoffs_waiting",])
    assert math.isnan(values["gene_guide_outbox_lag_seconds",])
    assert values["gene_guide_engine_up",] == 0
    assert {part: values["gene_guide_ready", part] for part in ("database", "migrations", "engine")} == {
        "database": 0, "migrations": 0, "engine": 0,
    }  # fmt: skip
    assert not [name for name, *_ in values if name == "gene_guide_engine_info"]
    assert await health.read_parts() == {
        "database": {"status": "unavailable", "code": "STORE_UNAVAILABLE"},
        "migrations": {"status": "unknown", "code": "STORE_UNAVAILABLE"},
        "engine": {"status": "unavailable", "model_id": None, "code": "ENGINE_NOT_REACHED"},
    }
    await away.close()
