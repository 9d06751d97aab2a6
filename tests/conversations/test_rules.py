"""The pure rules: who may speak, what follows what, and when an identity proof ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.conversations import rules
from bot.conversations.handoff import AlreadyClaimed, CoachId, CoachRef, HandoffError, NotHolder, NotWaiting
from bot.conversations.model import (
    Author,
    Awaiting,
    Channel,
    Conversation,
    ConversationClosed,
    ConversationId,
    Draft,
    Holder,
    OpenHandoff,
    Queue,
    Told,
)

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=timezone.utc)
QUARTER = timedelta(minutes=15)
DANA, LUIS = CoachRef(CoachId("d"), "Dana R., RN"), CoachRef(CoachId("l"), "Luis M., RN")
ZIP = Awaiting("zip_code", "postal_code")


def conversation(holder: Holder = Holder.ASSISTANT, **fields: object) -> Conversation:
    return replace(
        Conversation(ConversationId("a"), Channel.WEB, holder, NOW, NOW + timedelta(days=1), "hash"),
        **fields,  # type: ignore[arg-type]
    )


def outcome_of(change: Callable[[], Conversation]) -> object:
    """The holder after a change, or the kind of its refusal."""
    try:
        return change().holder
    except HandoffError as error:
        return type(error)


@pytest.mark.parametrize(
    ("holder", "speakers"),
    [
        (Holder.ASSISTANT, {Author.MEMBER, Author.ASSISTANT, Author.SYSTEM}),
        (Holder.WAITING, {Author.MEMBER, Author.ASSISTANT, Author.SYSTEM}),
        (Holder.COACH, {Author.MEMBER, Author.COACH, Author.SYSTEM}),
        (Holder.CLOSED, {Author.MEMBER, Author.SYSTEM}),
    ],
)
def test_the_holder_decides_who_may_speak(holder: Holder, speakers: set[Author]) -> None:
    assert {author for author in Author if rules.may_speak(holder, author)} == speakers


@pytest.mark.parametrize(
    ("before", "waited", "claimed", "released", "resumed"),
    [
        (Holder.ASSISTANT, Holder.WAITING, NotWaiting, NotHolder, Holder.ASSISTANT),
        (Holder.WAITING, Holder.WAITING, Holder.COACH, NotHolder, Holder.ASSISTANT),
        (Holder.COACH, Holder.COACH, AlreadyClaimed, Holder.WAITING, Holder.ASSISTANT),
    ],
)
def test_the_holder_changes_by_rule(
    before: Holder, waited: Holder, claimed: object, released: object, resumed: Holder
) -> None:
    found = conversation(before, coach=DANA if before is Holder.COACH else None)
    assert rules.wait(found).holder is waited
    assert outcome_of(lambda: rules.claim(found, LUIS)) is claimed
    assert outcome_of(lambda: rules.release(found)) is released
    assert rules.resume(conversation(before)).holder is resumed
    assert rules.close(conversation(before), NOW).holder is Holder.CLOSED


def test_nothing_changes_after_the_end() -> None:
    closed = conversation(Holder.CLOSED)
    for change in (
        rules.wait,
        lambda found: rules.claim(found, LUIS),
        rules.resume,
        rules.check_open,
        lambda found: rules.hear(found, NOW, QUARTER),
        lambda found: rules.verify(found, "member-1", NOW),
    ):
        with pytest.raises(ConversationClosed):
            change(closed)
    assert rules.close(closed, NOW) is closed


def test_a_proof_of_identity_lasts_while_the_member_keeps_writing() -> None:
    verified = rules.verify(conversation(), "member-1", NOW)
    for minutes in (14, 28, 42):
        now = NOW + timedelta(minutes=minutes)
        assert rules.is_verified(verified, now, QUARTER)
        verified = rules.hear(verified, now, QUARTER)
    assert not rules.is_verified(verified, NOW + timedelta(minutes=57), QUARTER)


def test_a_stale_proof_is_not_revived_by_the_next_message() -> None:
    verified = rules.verify(conversation(), "member-1", NOW)
    heard = rules.hear(verified, NOW + QUARTER, QUARTER)
    assert heard.verified_member_id is None
    assert not rules.is_verified(heard, NOW + QUARTER, QUARTER)
    assert rules.read_context(verified, NOW + QUARTER, QUARTER).verified_member_id is None


def test_the_end_takes_the_proof_away() -> None:
    closed = rules.close(rules.verify(conversation(awaiting=ZIP), "member-1", NOW), NOW)
    assert (closed.verified_member_id, closed.awaiting, closed.closed_at) == (None, None, NOW)


def test_a_message_from_before_the_proof_does_not_shorten_it() -> None:
    verified = rules.verify(conversation(last_member_message_at=NOW - timedelta(hours=1)), "member-1", NOW)
    assert rules.is_verified(verified, NOW + timedelta(minutes=14), QUARTER)


@pytest.mark.parametrize(
    ("outcome", "asks", "after"),
    [("ask", ZIP, ZIP), ("answer", None, None), ("emergency", None, ZIP), ("failure", None, ZIP), (None, None, None)],
)
def test_a_question_stays_open_until_something_answers_it(
    outcome: str | None, asks: Awaiting | None, after: Awaiting | None
) -> None:
    said = (Draft(Author.ASSISTANT, "text", outcome=outcome),)
    assert rules.ask(conversation(awaiting=ZIP), said, asks).awaiting == after


def test_silence_leaves_the_question_open() -> None:
    assert rules.ask(conversation(awaiting=ZIP), (), None).awaiting == ZIP


def test_the_queue_shows_only_while_waiting() -> None:
    handoff = OpenHandoff(1, 3, None)
    waiting = rules.read_state(conversation(Holder.WAITING, handoff=handoff), NOW, QUARTER)
    assert waiting.queue is not None
    assert (waiting.queue.position, waiting.queue.wait_minutes) == (3, None)
    assert rules.read_state(conversation(Holder.COACH, handoff=handoff), NOW, QUARTER).queue is None


@pytest.mark.parametrize(
    ("told", "queue"),
    [(None, Queue(1, None, None)), ("unavailable", Queue(1, None, False)), ("waiting", Queue(1, (2, 6), True))],
)
def test_a_wait_is_shown_only_to_those_who_heard_that_a_coach_is_on_duty(told: Told | None, queue: Queue) -> None:
    handoff = OpenHandoff(1, 1, None, told=told, wait_minutes=(2, 6))
    assert rules.read_state(conversation(Holder.WAITING, handoff=handoff), NOW, QUARTER).queue == queue


def test_the_state_names_the_coach_who_holds() -> None:
    assert rules.read_state(conversation(Holder.COACH, coach=DANA), NOW, QUARTER).coach == DANA.name
    assert rules.read_state(conversation(Holder.WAITING), NOW, QUARTER).coach is None
