"""What happens to everything that a member sends? The narrow waist that every entrance calls.

The path of one message: seen before? - safety gate - recorded - who holds? - engine - lint - recorded - shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.channels import wording as words
from bot.channels.background import Background
from bot.channels.live import LiveHub, Typing
from bot.channels.replies import CheckedAnswer, check_answer, settle_danger
from bot.channels.turn_locks import TurnLocks
from bot.channels.wording import Wording
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationClosed,
    ConversationError,
    Draft,
    Holder,
    Message,
    State,
    Turn,
    Understood,
)
from bot.conversations.service import ConversationService, OpenedConversation
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.engine_client import EngineTurn, EngineUnavailable
from bot.safety.gate import SafetyFinding, SafetyGate, SafetyLevel

log = structlog.get_logger()

_SAFETY_KEYS = {SafetyLevel.EMERGENCY: words.EMERGENCY, SafetyLevel.CRISIS: words.CRISIS}


class TurnTaker(Protocol):
    """The engine, as the intake needs it."""

    async def take_turn(
        self,
        *,
        turn_id: str,
        conversation_id: str,
        channel: str,
        text: str | None = None,
        choice: str | None = None,
        locale: str | None = None,
    ) -> EngineTurn:
        """One turn of the assistant. Raises EngineUnavailable."""
        ...

    async def forget(self, conversation_id: str) -> None:
        """Forgets the conversation's dialogue. Raises EngineUnavailable."""
        ...


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
        engine: TurnTaker,
        gate: SafetyGate,
        wording: Wording,
        live: LiveHub,
    ) -> None:
        self._conversations = conversations
        self._engine = engine
        self._gate = gate
        self._wording = wording
        self._live = live
        self._locks = TurnLocks()
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

    async def receive(
        self,
        conversation: Conversation,
        *,
        client_message_id: str,
        text: str | None = None,
        choice: str | None = None,
    ) -> Turn:
        """Takes one message, `text` or the value of a quick reply; the same client_message_id gives the same answer.

        Raises ConversationClosed, IdempotencyConflict, UnknownChoice, StoreUnavailable.
        """
        async with self._locks.hold(conversation.id):
            turn = await self._conversations.find_turn(
                conversation.id, client_message_id, text=text or "", choice=choice
            )
            if turn is None:
                shown = text or "" if choice is None else await self._title(conversation, choice)
                turn = await self._conversations.record_member_message(
                    conversation.id, client_message_id=client_message_id, text=shown, choice=choice
                )
                self._live.publish(conversation.id, turn.message)
            if turn.state is not None:
                return replace(turn, replies=self.veil(conversation, turn.replies))
            # Recorded but not answered: the process ended in between, and the turn is taken again under its id.
            return await self._answer(turn, conversation)

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
            log.warning("safety.unrecorded", level=finding.level.value, entry=finding.entry)
            raise UnansweredDanger(safety, error) from error

    async def request_handoff(self, conversation: Conversation, *, reason: str) -> Standing:
        """The member asks for a person with a button; asked again, the same answer. Raises ConversationClosed."""
        finding = self._gate.check(reason)
        async with self._locks.hold(conversation.id):
            request = await self._conversations.request_handoff(
                conversation.id,
                reason=reason,
                cause="button",
                announcement=self._say(words.HANDOFF_WAITING, conversation),
                warning=None
                if finding.level is SafetyLevel.NONE
                else self._safety_draft(finding, conversation.channel),
            )
            log.info("handoff.requested", conversation_id=conversation.id, already=request.already)
            return await self._standing(conversation, request.messages)

    async def rate_conversation(self, conversation: Conversation, *, score: int, comment: str | None) -> None:
        """Keeps the member's rating; danger in its comment is answered while the conversation is open."""
        await self._conversations.record_rating(conversation.id, score=score, comment=comment)
        finding = self._gate.check(comment or "")
        if finding.level is SafetyLevel.NONE or conversation.holder is Holder.CLOSED:
            return
        async with self._locks.hold(conversation.id):
            warning = self._safety_draft(finding, conversation.channel)
            with suppress(ConversationClosed):
                self._live.publish(conversation.id, *await self._conversations.record_warning(conversation.id, warning))

    async def cancel_handoff(self, conversation: Conversation) -> Standing:
        """The member withdraws the request, or ends the live part. Raises ConversationClosed."""
        async with self._locks.hold(conversation.id):
            cancelled = await self._conversations.cancel_handoff(
                conversation.id,
                announcements={
                    Holder.WAITING: self._say(words.HANDOFF_CANCELLED, conversation),
                    Holder.COACH: self._say(words.COACH_ENDED, conversation),
                },
            )
            log.info("handoff.ended", conversation_id=conversation.id, holder=cancelled.ended.value)
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
        if conversation.holder is Holder.CLOSED or self._locks.is_held(conversation.id):
            return
        if await self._conversations.find_unanswered(conversation.id) is not None:
            self._background.start(f"take_up:{conversation.id}", self._take_up(conversation))

    async def finish(self, timeout_s: float) -> None:
        """Waits for what goes on in the background, for so long."""
        await self._background.finish(timeout_s)

    async def _take_up(self, conversation: Conversation) -> None:
        async with self._locks.hold(conversation.id):
            turn = await self._conversations.find_unanswered(conversation.id)
            if turn is not None:
                log.info("turn.taken_up", conversation_id=conversation.id, message_id=turn.message.id)
                await self._answer(turn, conversation)

    async def _standing(self, conversation: Conversation, messages: tuple[Message, ...]) -> Standing:
        state = self._conversations.read_state(await self._conversations.get_conversation(conversation.id))
        self._live.publish(conversation.id, *messages, state)
        return Standing(messages, state)

    async def _title(self, conversation: Conversation, choice: str) -> str:
        offered = await self._conversations.find_choice(conversation.id, choice)
        if offered is not None:
            return offered.title
        if choice == HANDOFF_CHOICE:
            return self._say(words.HANDOFF_WANTED, conversation).text
        raise UnknownChoice

    async def _answer(self, turn: Turn, conversation: Conversation) -> Turn:
        started = time.monotonic()
        model_id = None
        finding = self._gate.check(turn.message.text)
        current = await self._conversations.get_conversation(conversation.id)
        if finding.level is not SafetyLevel.NONE:
            understood = Understood((finding.level.value,), finding.language, {}, 1.0)
            answer = CheckedAnswer((self._safety_draft(finding, conversation.channel),), None, understood)
        elif current.holder is Holder.COACH:
            answer = CheckedAnswer((), None, Understood())
        elif turn.message.choice == HANDOFF_CHOICE:
            answer = await self._answer_handoff(conversation)
        else:
            self._live.publish(conversation.id, Typing(Author.ASSISTANT))
            answer, model_id = await self._ask_engine(turn.message, current, finding)
        answered = await self._conversations.record_answer(
            conversation.id,
            turn,
            replies=answer.replies,
            understood=answer.understood,
            awaiting=answer.awaiting,
            model_id=model_id,
        )
        if answered.state is not None:
            self._live.publish(conversation.id, *answered.replies, answered.state)
        log.info(
            "turn.answered",
            conversation_id=conversation.id,
            message_id=turn.message.id,
            outcomes=[reply.outcome for reply in answered.replies],
            safety=finding.level.value,
            ms=round((time.monotonic() - started) * 1000),
        )
        return answered

    def _say(self, key: str, conversation: Conversation) -> Draft:
        return self._wording.draft(key, conversation.channel, conversation.locale)

    def _safety_draft(self, finding: SafetyFinding, channel: Channel) -> Draft:
        return self._warn(finding.level, finding.language, channel)

    def _warn(self, level: SafetyLevel, language: str, channel: Channel) -> Draft:
        # In the language of the cry for help, whatever the page was opened in.
        return self._wording.draft(_SAFETY_KEYS[level], channel, language, Author.SYSTEM)

    async def _answer_handoff(self, conversation: Conversation) -> CheckedAnswer:
        """Without the engine: a request for a person must not depend on it."""
        request = await self._conversations.request_handoff(conversation.id, reason="", cause="button")
        said = self._say(words.ALREADY_WAITING if request.already else words.HANDOFF_WAITING, conversation)
        return CheckedAnswer((said,), None, Understood(("coach_handoff",), "und", {}, 1.0))

    async def _ask_engine(
        self, message: Message, conversation: Conversation, finding: SafetyFinding
    ) -> tuple[CheckedAnswer, str | None]:
        try:
            turn = await self._engine.take_turn(
                turn_id=message.id,
                conversation_id=conversation.id,
                channel=conversation.channel.value,
                text=message.text if message.choice is None else None,
                choice=message.choice,
                locale=conversation.locale,
            )
            blocked, silence = self._say(words.BLOCKED, conversation), self._say(words.SILENCE, conversation)
            checked = check_answer(turn, blocked=blocked, silence=silence)
            if message.choice is not None:
                return checked, turn.model_id
            answer = settle_danger(
                checked,
                was_harmless=finding.harmless,
                unsure=self._say(words.SAFETY_UNSURE, conversation),
                warning=lambda level, language: self._warn(SafetyLevel(level), language, conversation.channel),
            )
            # Whatever was asked before can still be answered.
            return (answer if answer is checked else replace(answer, awaiting=conversation.awaiting)), turn.model_id
        except Exception as error:
            # Whatever happened in there, the member gets an answer and a way to a person.
            why = error.reason if isinstance(error, EngineUnavailable) else type(error).__name__
            log.error("engine.no_answer", conversation_id=conversation.id, error=why)
            return CheckedAnswer((self._say(words.ENGINE_FAILURE, conversation),), None, Understood()), None
