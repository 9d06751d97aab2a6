"""Whatever fails in us: no STOP and no danger is lost, nobody else waits, and who stopped can ask for a person."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.intake import Intake
from bot.channels.sms.dialogue import TextDialogue
from bot.channels.sms.inbox_store import sms_inbox
from bot.conversations.model import Holder
from bot.conversations.service import ConversationService
from tests.channels.sms.conftest import Until
from tests.channels.sms.rig import MARCUS, Rig
from tests.channels.sms.texts import DANGER, EMERGENCY, OPTED_IN, OPTED_OUT, plain, said, say, urgency


def break_down(broken: pytest.MonkeyPatch, *methods: str, kind: type = TextDialogue) -> None:
    """These methods raise what nobody expects."""

    async def fail(*arguments: object, **fields: object) -> Any:
        raise RuntimeError("canary")

    for method in methods:
        broken.setattr(kind, method, fail)


async def fail_often(
    rig: Rig, until: Until, log: list[dict[str, object]], times: int, event: str = "sms.failed"
) -> None:
    """Time passes until the text, the only one that fails, has failed so often."""

    async def has_failed() -> bool:
        return [entry["event"] for entry in log].count(event) >= times

    await until(rig.as_time_passes(has_failed))


async def open_texts(rig: Rig) -> int:
    return len([row for row in await rig.rows(sms_inbox) if row.handled_at is None])


@pytest.mark.parametrize("text", ["STOP", "stop texting me please"])
async def test_a_stop_counts_though_everything_after_it_fails(
    rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    await say(rig, until, "hello")
    with monkeypatch.context() as broken:
        break_down(broken, "note", "converse", "note_picture")
        break_down(broken, "find_by_addresses", kind=ConversationService)
        await rig.text(text)
        await until(rig.opted_out)
        # In the end it is given up.
        await until(rig.as_time_passes(rig.is_idle))
    assert [plain(each) for each in rig.phone()[2:]] == [said(OPTED_OUT)]


async def test_danger_from_who_stopped_is_kept_until_a_coach_can_see_it(
    rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    await say(rig, until, "hello", "STOP")
    with monkeypatch.context() as broken:
        break_down(broken, "note")
        await rig.text(DANGER)
        await fail_often(rig, until, log, 1, event="sms.danger_unheard")
        assert await open_texts(rig) == 1
    rig.clock.pass_time(minutes=20)
    await until(rig.is_idle)
    assert await urgency(rig) == ["urgent"]
    assert len(rig.phone()) == 3


async def test_danger_that_cannot_be_recorded_is_answered_at_once_and_kept(
    rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    await say(rig, until, "hello")
    with monkeypatch.context() as broken:
        break_down(broken, "converse")
        await rig.text(DANGER)

        async def is_answered() -> bool:
            return plain(rig.phone()[-1]) == plain(said(EMERGENCY))

        await until(is_answered)
        await fail_often(rig, until, log, 3)
        assert len(rig.phone()) == 3
    rig.clock.pass_time(minutes=20)
    await until(rig.is_idle)
    assert await urgency(rig) == ["urgent"]


async def test_what_fails_again_and_again_holds_up_neither_another_phone_nor_a_stop(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = sqlite_rig
    await say(rig, until, "hello")
    await say(rig, until, "hello", phone=MARCUS)
    real = Intake.receive

    async def fail(self: Intake, *arguments: Any, **fields: Any) -> Any:
        if fields.get("text") == DANGER:
            raise RuntimeError("canary")
        return await real(self, *arguments, **fields)

    monkeypatch.setattr(Intake, "receive", fail)
    await rig.text(DANGER)
    await rig.text("and now?", phone=MARCUS)

    async def marcus_is_answered() -> bool:
        return len(rig.phone(MARCUS)) == 3

    await until(marcus_is_answered)
    await rig.text("STOP")

    async def stop_alone_is_done() -> bool:
        return await rig.opted_out() and await open_texts(rig) == 1

    await until(rig.as_time_passes(stop_alone_is_done))


async def test_a_start_that_is_taken_up_again_does_not_undo_a_later_stop(
    sqlite_rig: Rig, until: Until, monkeypatch: pytest.MonkeyPatch, log: list[dict[str, object]]
) -> None:
    rig = sqlite_rig
    await say(rig, until, "hello", "STOP")
    with monkeypatch.context() as broken:
        break_down(broken, "converse")
        await rig.text(f"text me again, {DANGER}")
        await fail_often(rig, until, log, 5)
        await rig.text("STOP")
        await until(rig.as_time_passes(rig.opted_out))
    rig.clock.pass_time(minutes=30)
    await until(rig.is_idle)
    assert await rig.opted_out()
    assert [plain(text) for text in rig.phone()].count(said(OPTED_IN)) == 1


@pytest.mark.parametrize("word", ["NURSE", "coach"])
async def test_who_stopped_and_asks_for_a_person_is_seen_by_a_coach_and_not_texted(
    rig: Rig, until: Until, word: str
) -> None:
    await say(rig, until, "hello", "STOP")
    assert await say(rig, until, word) == []
    assert (await rig.conversation()).holder is Holder.WAITING
    assert word in [message.text for message in await rig.transcript()]


async def test_who_stopped_and_never_had_a_conversation_can_ask_for_a_person(sqlite_rig: Rig, until: Until) -> None:
    await say(sqlite_rig, until, "STOP")
    assert await say(sqlite_rig, until, "nurse") == []
    assert (await sqlite_rig.conversation()).holder is Holder.WAITING
    assert "nurse" in [message.text for message in await sqlite_rig.transcript()]
