"""What is the answer to a recorded message? Safety, the coach's silence, a request, a call-back, or the engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot import wording as words
from bot.channels.callback_dialogue import CallbackDialogue
from bot.channels.coach_wish import is_coach_wish
from bot.channels.giving_up import find_cause, is_candidate
from bot.channels.replies import CheckedAnswer, check_answer, settle_danger
from bot.channels.text_privacy import TextPrivacy
from bot.conversations import rules
from bot.conversations.announcements import Announcement, Announcements
from bot.conversations.live import LiveHub, Typing
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationClosed,
    Draft,
    HandoffCause,
    Holder,
    Message,
    Turn,
    Understood,
)
from bot.conversations.port import HandoffEffect
from bot.conversations.service import ConversationService
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import StoreUnavailable
from bot.engine_client import EngineTurn, EngineUnavailable
from bot.metrics import count_engine_failure, measured
from bot.safety.gate import SafetyFinding, SafetyGate, SafetyLevel
from bot.wording import Wording

log = structlog.get_logger()

# From the moment on at which a message came, the time in which it waited for others of its conversation included: the
# engine is given up after this, so that the member has the apology within 3 s on a busy machine, too. The limits inside
# the engine are shorter.
ENGINE_WITHIN_S = 2.7
_LEAST_FOR_ENGINE_S = 0.1
# Within this a member is answered, or told that nothing was; the same message sent again gets the answer then.
PROMISED_S = 2.95
_LEAST_FOR_RECORD_S = 0.5
# What the gateway's own words can be in.
_LANGUAGES = ("en", "es")
_COURTESIES = frozenset({"greeting", "thanks_goodbye", "affirm", "deny"})
# Only the assistant's greeting stands before it.
_FIRST_OF_MEMBER = 2
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
        unheard: Sequence[str] = (),
        within_s: float | None = None,
    ) -> EngineTurn:
        """One turn of the assistant, within this time. Raises EngineUnavailable."""
        ...

    async def forget(self, conversation_id: str) -> None:
        """Forgets the conversation's dialogue. Raises EngineUnavailable."""
        ...


@dataclass(frozen=True)
class Answered:
    """An answer that is to be recorded, with what it does to the handoff and the model that gave it.

    `was_unheard`: the engine was asked, and something else is said in its place.
    """

    answer: CheckedAnswer
    effect: HandoffEffect | None = None
    model_id: str | None = None
    was_unheard: bool = False


class Answering:
    """Finds the answer to each message and records it, once."""

    def __init__(
        self,
        conversations: ConversationService,
        announcements: Announcements,
        engine: TurnTaker,
        gate: SafetyGate,
        wording: Wording,
        live: LiveHub,
        privacy: TextPrivacy,
    ) -> None:
        self._conversations = conversations
        self._announcements = announcements
        self._engine = engine
        self._gate = gate
        self._wording = wording
        self._live = live
        self._privacy = privacy
        self._callbacks = CallbackDialogue(conversations, announcements, wording)

    async def answer(
        self,
        turn: Turn,
        conversation: Conversation,
        *,
        came: float | None = None,
        finding: SafetyFinding | None = None,
        asks_engine: bool = True,
    ) -> Turn:
        """Answers a recorded message; who may not speak now is left out of the answer. Raises StoreUnavailable.

        The message came at `came` (time.monotonic; just now where it is left out), and the gate saw `finding` in it,
        if it was asked. `asks_engine` is False where the member has waited long enough for an engine that is silent.
        """
        came = time.monotonic() if came is None else came
        way = _way(turn.message, conversation)
        if finding is None:
            with measured(way, "gate"):
                finding = self._gate.check(turn.message.text)
        # What was recorded a moment ago need not be read again; who may speak is judged once more with the answer.
        current = turn.heard_in or await self._conversations.get_conversation(conversation.id)
        found = await self._find_answer(turn.message, current, finding, came + ENGINE_WITHIN_S if asks_engine else came)
        found = replace(found, answer=await self._privacy.check(found.answer, current))
        with measured(way, "answer"):
            recording = self._conversations.record_answer(
                conversation.id,
                turn,
                replies=found.answer.replies,
                understood=found.answer.understood,
                awaiting=found.answer.awaiting,
                model_id=found.model_id,
                was_unheard=found.was_unheard,
                effect=found.effect,
                lookup=found.answer.lookup,
            )
            # An engine that was slow and then a record that is locked must not take as long as both together.
            answered = await _in_time(recording, max(_LEAST_FOR_RECORD_S, came + PROMISED_S - time.monotonic()))
        log.info(
            "turn.answered",
            conversation_id=conversation.id,
            message_id=turn.message.id,
            outcomes=[reply.outcome for reply in answered.replies],
            ms=round((time.monotonic() - came) * 1000),
        )
        return answered

    async def answer_silently(self, turn: Turn, conversation: Conversation, finding: SafetyFinding) -> Turn:
        """Records that nothing is said to a member who may not be texted; danger is put before a coach."""
        effect = None
        understood = Understood()
        if finding.level is not SafetyLevel.NONE:
            understood = Understood((finding.level.value,), finding.language, {}, 1.0)
            effect = (await self._warned(CheckedAnswer((), None, understood), conversation)).effect
            log.warning("safety.opted_out", conversation_id=conversation.id, outcome=finding.level.value)
        return await self._conversations.record_answer(
            conversation.id, turn, replies=(), understood=understood, effect=effect
        )

    def warn(self, level: SafetyLevel, language: str, channel: Channel) -> Draft:
        """What the safety gate says, in the language of the cry for help, whatever the page was opened in."""
        return self._wording.draft(_SAFETY_KEYS[level], channel, language, Author.SYSTEM)

    async def _find_answer(
        self, message: Message, current: Conversation, finding: SafetyFinding, engine_until: float
    ) -> Answered:
        if finding.level is not SafetyLevel.NONE:
            understood = Understood((finding.level.value,), finding.language, {}, 1.0)
            return await self._warned(CheckedAnswer((self._warning(finding, current),), None, understood), current)
        if current.holder is Holder.COACH or message.seq <= current.answered_up_to:
            # Said to a coach, or before one came: no turn of the assistant ever hears it.
            return Answered(CheckedAnswer((), None, Understood()))
        if message.choice == HANDOFF_CHOICE:
            return await self._answer_request(current, "words" if message.channel is Channel.SMS else "button")
        step = await self._callbacks.answer(current, message)
        if step is not None:
            understood = Understood(("coach_handoff",), "und", {}, 1.0)
            return Answered(CheckedAnswer((step.reply,), step.awaiting, understood), step.effect)
        self._live.publish(current.id, Typing(Author.ASSISTANT))
        answer, model_id = await self._ask_engine(message, current, finding, engine_until)
        if model_id is not None:
            current = await self._follow_language(current, message, answer.understood)
            return replace(await self._completed(answer, current), model_id=model_id)
        # To a plain wish for a coach the apology would say: do what you just did.
        is_wish = is_coach_wish(message.text)
        said = await (self._answer_request(current, "words") if is_wish else self._completed(answer, current))
        return replace(said, was_unheard=True)

    async def _follow_language(self, current: Conversation, message: Message, understood: Understood) -> Conversation:
        """The conversation in the language that the member has just written in.

        A word of none changes nothing, nor does a single courtesy in the middle of a talk: "gracias" is said by many.
        """
        language, is_courtesy = understood.language, set(understood.topics) <= _COURTESIES
        is_passing = message.seq > _FIRST_OF_MEMBER and is_courtesy and len(message.text.split()) == 1
        if language == current.locale or language not in _LANGUAGES or is_passing:
            return current
        with suppress(ConversationClosed):
            await self._conversations.record_locale(current.id, language)
        return replace(current, locale=language)

    def _warning(self, finding: SafetyFinding, conversation: Conversation) -> Draft:
        return self.warn(finding.level, finding.language, conversation.channel)

    async def _warned(self, answer: CheckedAnswer, current: Conversation) -> Answered:
        return Answered(answer, await self.put_before_coach(current))

    async def put_before_coach(self, current: Conversation) -> HandoffEffect:
        """Danger is put before a coach, too: at once, and before everybody who waits. Raises StoreUnavailable."""
        duty = await self._announcements.look(current)
        # The warning stands alone. Some seconds later the sweep says whether a coach is there, and who to call if not.
        return HandoffEffect(opens=self._announcements.request(duty, "safety"))

    async def _answer_request(self, current: Conversation, cause: HandoffCause) -> Answered:
        """Without the engine: a request for a person must not depend on it."""
        duty = await self._announcements.look(current)
        line = None if current.handoff else await self._conversations.count_line()
        announced = self._announcements.standing(current, duty, line)
        answer = CheckedAnswer((announced.draft,), announced.awaiting, Understood(("coach_handoff",), "und", {}, 1.0))
        return Answered(answer, HandoffEffect(self._announcements.request(duty, cause), announced.told))

    async def _completed(self, answer: CheckedAnswer, before: Conversation) -> Answered:
        """The engine's answer with what only the gateway knows: how a request stands, and when to ask for a person."""
        if any(reply.outcome in ("emergency", "crisis") for reply in answer.replies):
            return await self._warned(answer, before)
        if any(reply.key == words.HANDOFF_WAITING for reply in answer.replies):
            return await self._announced(answer, before)
        if before.holder is Holder.ASSISTANT and is_candidate(answer):
            cause = find_cause(answer, await self._conversations.list_marks(before.id))
            if cause is not None:
                return await self._gave_up(answer, before, cause)
        is_over = answer.replies[-1].outcome == "cancelled"
        if answer.awaiting is None and not is_over and rules.asks_for_callback(before):
            # What the member asked in between was answered; the call-back's question can still be.
            answer = replace(answer, awaiting=before.awaiting)
        return Answered(answer)

    async def _announced(self, answer: CheckedAnswer, before: Conversation) -> Answered:
        """An action recorded the request; what is said about it is what is so now."""
        current = await self._conversations.get_conversation(before.id)
        if current.handoff is None:
            # A coach was there and has returned it meanwhile, or a second page took it back.
            return Answered(answer)
        announced = await self._announce(current, is_new=before.handoff is None)
        replies = tuple(announced.draft if reply.key == words.HANDOFF_WAITING else reply for reply in answer.replies)
        return Answered(
            replace(answer, replies=replies, awaiting=announced.awaiting), HandoffEffect(told=announced.told)
        )

    async def _announce(self, current: Conversation, *, is_new: bool) -> Announcement:
        duty = await self._announcements.look(current)
        line = await self._conversations.count_line() if is_new else None
        if line is not None and current.handoff is not None:
            line = replace(line, waiting=max(0, current.handoff.position - 1))
        return self._announcements.standing(current, duty, line)

    async def _gave_up(self, answer: CheckedAnswer, current: Conversation, cause: HandoffCause) -> Answered:
        duty = await self._announcements.look(current)
        announced = self._announcements.standing(current, duty, await self._conversations.count_line())
        failure = self._announcements.say(words.HANDOFF_FAILURE, current)
        # A rule's request takes the place of the offer; a failure was an answer of its own.
        kept = () if cause == "rule" else answer.replies
        replies = (*kept, failure, announced.draft)
        effect = HandoffEffect(self._announcements.request(duty, cause), announced.told)
        return Answered(replace(answer, replies=replies, awaiting=announced.awaiting), effect)

    async def _ask_engine(
        self, message: Message, conversation: Conversation, finding: SafetyFinding, until: float
    ) -> tuple[CheckedAnswer, str | None]:
        unheard = await self._conversations.list_unheard(conversation)
        try:
            within_s = until - time.monotonic()
            if within_s < _LEAST_FOR_ENGINE_S:
                # It waited behind turns to which the engine gave no answer, or for a record that was locked.
                raise EngineUnavailable("too slow")
            with measured(_way(message, conversation), "engine"):
                turn = await self._engine.take_turn(
                    turn_id=message.id,
                    conversation_id=conversation.id,
                    channel=conversation.channel.value,
                    text=message.text if message.choice is None else None,
                    choice=message.choice,
                    locale=conversation.locale,
                    unheard=unheard,
                    within_s=within_s,
                )
            blocked, silence = (self._announcements.say(key, conversation) for key in (words.BLOCKED, words.SILENCE))
            with measured(_way(message, conversation), "lint"):
                checked = check_answer(turn, blocked=blocked, silence=silence)
            if message.choice is not None:
                return checked, turn.model_id
            answer = settle_danger(
                checked,
                was_harmless=finding.harmless,
                unsure=self._announcements.say(words.SAFETY_UNSURE, conversation),
                warning=lambda level, language: self.warn(SafetyLevel(level), language, conversation.channel),
            )
            # Whatever was asked before can still be answered.
            return (answer if answer is checked else replace(answer, awaiting=conversation.awaiting)), turn.model_id
        except Exception as error:
            # Whatever happened in there, the member gets an answer and a way to a person.
            why = error.reason if isinstance(error, EngineUnavailable) else type(error).__name__
            count_engine_failure(why)
            log.error("engine.no_answer", conversation_id=conversation.id, error=why)
            # The dialogue stays where it was, so that whatever was asked before can still be answered.
            apology = self._announcements.say(words.ENGINE_FAILURE, conversation)
            return CheckedAnswer((apology,), conversation.awaiting, Understood()), None


async def _in_time(recording: Coroutine[object, object, Turn], timeout_s: float) -> Turn:
    try:
        return await asyncio.wait_for(recording, timeout_s)
    except asyncio.TimeoutError:
        raise StoreUnavailable("the answer could not be recorded in time") from None


def _way(message: Message, conversation: Conversation) -> str:
    """The channel by which a message came."""
    return (message.channel or conversation.channel).value
