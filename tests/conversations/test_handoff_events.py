"""What becomes of a handoff stands in the log as well: which coach, which conversation and why, and nobody's name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from structlog.testing import capture_logs

from bot.conversations.handoff import HandoffOutcome, NotHolder, VersionConflict
from tests.conversations.conftest import Desk

CANARY = "canary"
Entries = Sequence[dict[str, object]]


@pytest.fixture
def log() -> Iterator[Entries]:
    """What is logged; no words and no name of a coach may stand there at the end of any test."""
    with capture_logs() as entries:
        yield entries
    shown = json.dumps(entries)
    assert [secret for secret in (CANARY, "dana", "luis", "RN") if secret in shown] == []


def told(log: Entries, conversation_id: str) -> list[tuple[object, object, object]]:
    """Event, coach and cause of each line about a handoff, in order."""
    of_it = [entry for entry in log if entry.get("conversation_id") == conversation_id]
    return [(each["event"], each.get("coach_id"), each.get("cause", each.get("to_coach_id"))) for each in of_it]


async def test_a_coach_s_part_is_told_from_the_request_to_its_end(desk: Desk, log: Entries) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    conversation_id = await desk.ask(reason=CANARY)
    await desk.claim(conversation_id, dana)
    await desk.handoffs.transfer(conversation_id, dana, 2, luis)
    await desk.handoffs.give_back(conversation_id, luis, 3, HandoffOutcome.FOLLOW_UP, CANARY)
    await desk.ask(conversation_id)
    await desk.claim(conversation_id, dana)
    version = await desk.version(conversation_id)
    await desk.handoffs.close(conversation_id, dana, version, HandoffOutcome.ANSWERED, CANARY)
    assert told(log, conversation_id) == [
        ("handoff.requested", None, "button"),
        ("handoff.claimed", dana, None),
        ("handoff.transferred", dana, luis),
        ("handoff.returned", luis, "follow_up"),
        ("handoff.requested", None, "button"),
        ("handoff.claimed", dana, None),
        ("handoff.closed", dana, "answered"),
    ]
    assert [entry["coach_id"] for entry in log if entry["event"] == "coach.on_duty"] == [dana, luis]


async def test_what_is_refused_or_done_already_is_told_once_or_never(desk: Desk, log: Entries) -> None:
    dana, luis = await desk.coach(), await desk.coach("luis")
    conversation_id = await desk.ask()
    await desk.ask(conversation_id)
    with pytest.raises(VersionConflict):
        await desk.handoffs.claim(conversation_id, dana, 7)
    for _ in range(2):
        await desk.handoffs.claim(conversation_id, dana, 1)
    with pytest.raises(NotHolder):
        await desk.handoffs.close(conversation_id, luis, 2, HandoffOutcome.ANSWERED, None)
    assert told(log, conversation_id) == [("handoff.requested", None, "button"), ("handoff.claimed", dana, None)]


async def test_a_coach_who_vanishes_is_a_warning_and_told_once(desk: Desk, log: Entries) -> None:
    dana = await desk.coach()
    conversation_id = await desk.hold(dana)
    desk.clock.pass_time(seconds=61)
    await desk.sweep.run_once()
    await desk.sweep.run_once()
    assert told(log, conversation_id)[2:] == [("handoff.vanished", dana, None)]
    assert [entry["log_level"] for entry in log if entry["event"] == "handoff.vanished"] == ["warning"]
