"""What happens to everything that a member sends? The narrow waist that every entrance calls.

The path of one message: seen before? - safety gate - recorded - who holds? - engine - lint - recorded - shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic

import structlog

from bot import wording as words
from bot.channels.answering import Answering, TurnTaker
from bot.channels.background import Background
from bot.channels.coach_wish import is_coach_wish
from bot.channels.turn_limit import TurnLimit
from bot.channels.turn_locks import TurnLocks
from bot.conversations.model import (
    Channel,
    Conversation,
    ConversationClosed,
    ConversationError,
    Draft,
    HandoffCause,
    Holder,
    Message,
    State,
    Turn,
)
from bot.conversations.port import AlreadyRecorded
from bot.conversations.requests import HandoffRequests
from bot.conversations.service import ConversationService, OpenedConversation
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.metrics import TURN_STEP, measured, measured_turn
from bot.safety.gate import SafetyFinding, SafetyGate, SafetyLevel
from bot.wording import Wording

log = structlog.get_logger()

# In one conversation, the one that is being answered included: more than anybody types before an answer comes.
MOST_IN_LINE = 16


class UnknownChoice(ConversationError):
    """The choice was not offered lately in this conversation."""

    code = "UNKNOWN_CHOICE"


class UnansweredDanger(Exception):
    """A message that speaks of danger could not be taken, for `reason`; `safety` must be shown all the same."""

    def __init__(self, safety: Message, reason: Exception) -> None:
        super().__init__(type(reason).__name__)
        self.safety = safety
        self.reason = reason


@dataclass(frozen=True)
class Standing:
    """What a request about the conversation itself said, and where the conversation stands."""

    messages: tuple[Message, ...]
    state: State


class Intake:
    """Takes members' messages and requests, one at a time for each conversation."""

    def __init__(
        self,
        conversations: ConversationService,
        requests: HandoffRequests,
        answering: Answering,
        engine: TurnTaker,
        gate: SafetyGate,
        wording: Wording,
        limit: TurnLimit | None = None,
    ) -> None:
        self._limit = limit or TurnLimit()
        self._conversations = conversations
        self._requests = requests
        self._answering = answering
        self._engine = engine
        self._gate = gate
        self._wording = wording
        self._locks = TurnLocks()
        # What needs no engine, and must not stand behind turns that may wait for it: danger, and the wish for a coach.
        self._at_once = TurnLocks()
        self._background = Background()

    async def open_conversation(
        self,
        *,
        channel: Channel,
        plan_id: str | None = None,
        state: str | None = None,
        locale: str = "en",
        verified_member_id: str | None = None,
    ) -> OpenedConversation:
        """Begins a conversation; its first message says that this is an automated assistant."""
        return await self._conversations.open_conversation(
            channel=channel,
            greeting=(self._wording.draft(words.GREETING, channel, locale),),
            plan_id=plan_id,
            state=state,
            locale=locale,
            verified_member_id=verified_member_id,
        )

    async def open_or_resume_sms(
        self, *, member_address: str, plan_address: str, plan_id: str | None, locale: str = "en", text: str = ""
    ) -> tuple[Conversation, bool]:
        """The conversation of this phone with this number of the plan, and whether it began just now.

        One that has expired ends first. Its first message says that this is an automated assistant, unless the first
        `text` speaks of danger: nothing stands before the warning.
        """
        found = await self._conversations.find_by_addresses(member_address, plan_address)
        if found is not None:
            # Whoever waits, or talks to a coach, goes on: a text late at night must not end a request.
            if self._conversations.time_left(found) > timedelta(0) or found.holder in (Holder.WAITING, Holder.COACH):
                return found, False
            await self._conversations.close_conversation(found.id, farewell=None)
        is_calm = self._gate.check(text).level is SafetyLevel.NONE
        greeting = self._wording.draft(words.SMS_GREETING, Channel.SMS, locale)
        try:
            opened = await self._conversations.open_conversation(
                channel=Channel.SMS,
                greeting=(greeting,) if is_calm else (),
                plan_id=plan_id,
                locale=locale,
                addresses=(member_address, plan_address),
            )
        except AlreadyRecorded:
            # Another gateway opened it with the member's other text.
            found = await self._conversations.find_by_addresses(member_address, plan_address)
            if found is None:
                raise
            return found, False
        return opened.conversation, True

    async def open_link(self, secret: str) -> OpenedConversation:
        """The conversation that a one-time link opens, in the secure chat. Raises LinkNotFound."""
        opened = await self._conversations.open_link(secret)
        conversation = opened.conversation
        if conversation.holder is Holder.COACH:
            # A person is there: the assistant says nothing, not even welcome.
            return replace(opened, messages=self.veil(conversation, opened.messages))
        welcome = self._wording.draft(words.JOIN_WELCOME, Channel.WEB, conversation.locale)
        welcomed = await self._conversations.record_saying(conversation.id, replace(welcome, channel=Channel.WEB))
        return replace(opened, messages=(*self.veil(conversation, opened.messages), *welcomed))

    async def request_handoff_silently(self, conversation: Conversation, *, cause: HandoffCause = "words") -> None:
        """Somebody who may not be texted wants a person: put before the coaches, and nothing is said."""
        async with self._at_once.hold(conversation.id):
            await self._requests.request_handoff(conversation.id, reason="", cause=cause, silently=True)

    async def speak(self, conversation: Conversation, locale: str) -> None:
        """From now on the gateway's own words come in this language. Raises ConversationClosed."""
        await self._conversations.record_locale(conversation.id, locale)

    async def note_from_opted_out(self, conversation: Conversation, *, message_sid: str, text: str) -> None:
        """Keeps the words of a member who may not be texted; danger is put before a coach, and nothing is said."""
        finding = self._gate.check(text)
        async with self._line(finding).hold(conversation.id):
            turn = await self._conversations.record_member_message(
                conversation.id, client_message_id=message_sid, text=text, channel=Channel.SMS
            )
            if turn.state is None:
                await self._answering.answer_silently(turn, conversation, finding)

    async def receive(
        self,
        conversation: Conversation,
        *,
        client_message_id: str,
        text: str | None = None,
        choice: str | None = None,
        channel: Channel = Channel.WEB,
        asks_engine: bool = True,
    ) -> Turn:
        """Takes one message, `text` or the value of a quick reply; the same client_message_id gives the same answer.

        A text that stands for a quick reply comes with both. It came by `channel`, and its answer goes there. Without
        `asks_engine` the member has waited for a silent engine already, and gets the apology where it would be asked.

        Raises ConversationClosed, IdempotencyConflict, UnknownChoice, Overloaded, StoreUnavailable.
        """
        came = monotonic()
        is_too_much = self._limit.is_full or self._locks.count(conversation.id) >= MOST_IN_LINE
        self._refuse_if(is_too_much, conversation, text, choice, channel)
        with measured_turn(channel.value):
            with measured(channel.value, "gate"):
                finding = self._gate.check(text or "")
            async with self._line(finding, choice).hold(conversation.id):
                TURN_STEP.labels(channel.value, "wait").observe(monotonic() - came)
                # Counted here: who waits behind their own words takes nobody's place. Meanwhile the house may have
                # become full.
                self._refuse_if(self._limit.is_full, conversation, text, choice, channel)
                with self._limit.turn():
                    turn = await self._record(conversation, client_message_id, text, choice, channel)
                    if turn.state is not None:
                        return replace(turn, replies=self.veil(conversation, turn.replies))
                    # Where it was recorded and not answered, because a process ended in between, it is taken again
                    # under its id. What only stands on a button is read once it is known.
                    return await self._answering.answer(
                        turn,
                        conversation,
                        came=came,
                        finding=finding if turn.message.text == text else None,
                        asks_engine=asks_engine,
                    )

    def _line(self, finding: SafetyFinding, choice: str | None = None) -> TurnLocks:
        needs_engine = finding.level is SafetyLevel.NONE and choice != HANDOFF_CHOICE
        return self._locks if needs_engine else self._at_once

    def _refuse_if(
        self, is_too_much: bool, conversation: Conversation, text: str | None, choice: str | None, channel: Channel
    ) -> None:
        """Raises Overloaded where one turn more would make all of them late.

        A text waits in its row, and its worker takes a few at a time. Whatever needs no turn of the engine is taken:
        words for a coach, the wish for one, and danger.
        """
        if not is_too_much or channel is Channel.SMS:
            return
        if conversation.holder is Holder.COACH or choice == HANDOFF_CHOICE or is_coach_wish(text or ""):
            return
        if self._gate.check(text or "").level is SafetyLevel.NONE:
            raise self._limit.refuse(channel.value)

    async def _record(
        self, conversation: Conversation, client_message_id: str, text: str | None, choice: str | None, channel: Channel
    ) -> Turn:
        try:
            title = None if choice is None else await self._title(conversation, choice)
        except UnknownChoice:
            # Offered long ago, and sent again: its first answer counts.
            turn = await self._conversations.find_turn(conversation.id, client_message_id, text="", choice=choice)
            if turn is None:
                raise
            return turn
        else:
            # Whoever texts "1" or "nurse pls" is quoted; only a button has no words but its own.
            shown = text if text is not None else title or ""
            with measured(channel.value, "record"):
                return await self._conversations.record_member_message(
                    conversation.id, client_message_id=client_message_id, text=shown, choice=choice, channel=channel
                )

    async def list_messages(self, conversation: Conversation, *, after: int) -> tuple[Message, ...]:
        """The recorded messages after `seq`, as they may be shown again now."""
        return self.veil(conversation, await self._conversations.list_messages(conversation.id, after=after))

    def veil(self, conversation: Conversation, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages without the plan record that stands in them, unless who reads is still proven.

        The token alone lives for hours in a tab that anybody may sit down at.
        """
        if self._conversations.read_state(conversation).verified:
            return messages
        hidden = self._say(words.RECORD_HIDDEN, conversation)
        return tuple(
            replace(message, text=hidden.text, cards=(), citations=()) if message.outcome == hidden.outcome else message
            for message in messages
        )

    @contextmanager
    def never_silent_about_danger(self, text: str | None, channel: Channel) -> Iterator[None]:
        """Lets no emergency go unanswered because the message cannot be taken, for whatever reason.

        Raises UnansweredDanger.
        """
        try:
            yield
        except Exception as error:
            finding = self._gate.check(text or "")
            if finding.level is SafetyLevel.NONE:
                raise
            safety = self._conversations.make_unrecorded(self._safety_draft(finding, channel))
            log.warning("safety.unrecorded", outcome=finding.level.value)
            raise UnansweredDanger(safety, error) from error

    async def request_handoff(self, conversation: Conversation, *, reason: str) -> Standing:
        """The member asks for a person with a button; asked again, the same answer. Raises ConversationClosed."""
        finding = self._gate.check(reason)
        async with self._at_once.hold(conversation.id):
            request = await self._requests.request_handoff(
                conversation.id,
                reason=reason,
                cause="button",
                announces=True,
                channel=Channel.WEB,
                warning=None if finding.level is SafetyLevel.NONE else self._safety_draft(finding, Channel.WEB),
            )
            return await self._standing(conversation, request.messages)

    async def rate_conversation(self, conversation: Conversation, *, score: int, comment: str | None) -> None:
        """Keeps the member's rating; danger in its comment is answered while the conversation is open."""
        await self._conversations.record_rating(conversation.id, score=score, comment=comment)
        finding = self._gate.check(comment or "")
        if finding.level is SafetyLevel.NONE or conversation.holder is Holder.CLOSED:
            return
        async with self._at_once.hold(conversation.id):
            warning = self._safety_draft(finding, conversation.channel)
            current = await self._conversations.get_conversation(conversation.id)
            effect = await self._answering.put_before_coach(current)
            with suppress(ConversationClosed):
                await self._conversations.record_warning(conversation.id, warning, effect)

    async def cancel_handoff(self, conversation: Conversation) -> Standing:
        """The member withdraws the request, or ends the live part. Raises ConversationClosed."""
        async with self._at_once.hold(conversation.id):
            cancelled = await self._requests.cancel_handoff(conversation.id, announces=True, channel=Channel.WEB)
            return await self._standing(conversation, cancelled.messages)

    async def close_conversation(self, conversation: Conversation) -> Standing:
        """The member ends the conversation; ending it again changes nothing."""
        async with self._locks.hold(conversation.id):
            farewell = self._say(words.CLOSED, conversation)
            messages = await self._conversations.close_conversation(conversation.id, farewell=farewell)
            # Best effort: what the engine remembers is needed no more, and the record is what counts.
            self._background.start(f"forget:{conversation.id}", self._engine.forget(conversation.id))
            return await self._standing(conversation, messages)

    async def take_up(self, conversation: Conversation) -> None:
        """Answers what was recorded and not answered, because a process ended in between; nobody waits for it."""
        is_at_it = self._locks.is_held(conversation.id) or self._at_once.is_held(conversation.id)
        if conversation.holder is Holder.CLOSED or is_at_it:
            return
        if await self._conversations.find_unanswered(conversation.id) is not None:
            self._background.start(f"take_up:{conversation.id}", self._take_up(conversation))

    async def finish(self, timeout_s: float) -> None:
        """Waits for every turn under way and for what goes on in the background, for so long."""
        lines = (self._locks.wait_until_free(timeout_s), self._at_once.wait_until_free(timeout_s))
        await asyncio.gather(*lines, self._background.finish(timeout_s))

    async def _take_up(self, conversation: Conversation) -> None:
        async with self._locks.hold(conversation.id):
            turn = await self._conversations.find_unanswered(conversation.id)
            if turn is not None:
                log.info("turn.taken_up", conversation_id=conversation.id, message_id=turn.message.id)
                with self._limit.turn():
                    await self._answering.answer(turn, conversation)

    async def _standing(self, conversation: Conversation, messages: tuple[Message, ...]) -> Standing:
        state = self._conversations.read_state(await self._conversations.get_conversation(conversation.id))
        return Standing(messages, state)

    async def _title(self, conversation: Conversation, choice: str) -> str:
        offered = await self._conversations.find_choice(conversation.id, choice)
        if offered is not None:
            return offered.title
        if choice == HANDOFF_CHOICE:
            return self._say(words.HANDOFF_WANTED, conversation).text
        raise UnknownChoice

    def _say(self, key: str, conversation: Conversation) -> Draft:
        return self._wording.draft(key, conversation.channel, conversation.locale)

    def _safety_draft(self, finding: SafetyFinding, channel: Channel) -> Draft:
        return self._answering.warn(finding.level, finding.language, channel)
