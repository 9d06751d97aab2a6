"""An answer that was saved and never came through: the member, who says it again, is understood as the first time."""

from __future__ import annotations

from typing import Any

from engine_cast import Actions, Member, keys

from bot.engine.tracker_store import DialogueStore

FORM = "utter_ask_date_of_birth"


async def test_what_is_said_again_gets_the_same_answer_and_the_form_goes_on_once(
    member: Member, actions: Actions, store: DialogueStore
) -> None:
    actions.answer("action_verify", {"response": "utter_verification_done"})
    assert keys(await member.says("is my coverage active")) == ["utter_ask_member_id"]
    assert keys(await member.says("GG1000001", "lost")) == [FORM]
    after_one = await _state(store, member)

    assert keys(await member.says("GG1000001", "again", unheard=("lost",))) == [FORM]
    assert await _state(store, member) == after_one
    assert keys(await member.says("3/14/1962")) == ["utter_verification_done"]
    assert actions.names().count("action_verify") == 1


async def test_the_last_answer_to_a_form_is_given_again(member: Member, actions: Actions) -> None:
    actions.answer("action_find_facilities", {"response": "utter_facility_search_found", "statement": "one hospital."})
    await member.says("find a hospital")
    lost = await member.says("43215", "lost")
    again = await member.says("43215", "again", unheard=("never-reached", "lost"))
    assert keys(lost) == keys(again) == ["utter_facility_search_found"]
    assert again["understood"] == lost["understood"]
    assert actions.calls[-1]["tracker"]["slots"]["zip_code"] == "43215"


async def test_a_first_message_that_was_lost_leaves_nothing_behind(member: Member) -> None:
    assert keys(await member.says("is my coverage active", "lost")) == ["utter_ask_member_id"]
    assert keys(await member.says("hello", unheard=("lost",))) == ["utter_greeting_hello"]


async def test_each_of_several_losses_is_taken_back(member: Member, store: DialogueStore) -> None:
    await member.says("is my coverage active")
    await member.says("GG1000001", "lost-1")
    once = await _state(store, member)
    await member.says("GG1000001", "lost-2", unheard=("lost-1",))
    await member.says("GG1000001", "lost-3", unheard=("lost-2", "lost-1"))
    assert keys(await member.says("GG1000001", "heard", unheard=("lost-3", "lost-2", "lost-1"))) == [FORM]
    assert await _state(store, member) == once


async def test_what_was_heard_is_never_taken_back(member: Member) -> None:
    await member.says("is my coverage active")
    await member.says("GG1000001", "heard")
    # These never reached us.
    assert keys(await member.says("hello", unheard=("lost-1", "lost-2"))) == ["utter_greeting_hello", FORM]


async def test_the_lost_message_itself_still_gets_its_answer(member: Member) -> None:
    await member.says("is my coverage active")
    lost = await member.says("GG1000001", "lost")
    assert await member.says("GG1000001", "lost", unheard=("lost",)) == lost


async def _state(store: DialogueStore, member: Member) -> list[dict[str, Any]]:
    """The kept dialogue, but for when it happened and under which id."""
    kept = await store.load(member.conversation_id)
    assert kept is not None
    without = ("timestamp", "message_id")
    return [{name: value for name, value in event.items() if name not in without} for event in kept.snapshot]
