"""What happens in one turn of a conversation, from a member's message to the replies that are kept and sent?"""

from __future__ import annotations

import asyncio
import copy
import functools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.actions_endpoint import ActionsConnection, TurnActions
from bot.engine.channel import Reply, TurnChannel, read_reply
from bot.engine.follow_ups import read_follow_up
from bot.engine.language import TOLD_LANGUAGES
from bot.engine.question import Question
from bot.engine.questions import find_questions
from bot.engine.reading import read_choice, readable_text
from bot.engine.refused import drop_refused
from bot.engine.running import Ran, Running
from bot.engine.several import MOST_QUESTIONS, SILENCE_RESPONSE, say
from bot.engine.snapshot import take_back, take_snapshot
from bot.engine.spanish import LANGUAGE
from bot.engine.steps import step
from bot.engine.topics import AFTER
from bot.engine.tracker_store import DialogueStore, StoredDialogue, TurnTrackers
from bot.engine.turn_processor import TurnProcessor
from bot.engine.understood import describe_understanding
from bot.engine.wording import Wording

log = structlog.get_logger()

# A guard around everything that a turn waits for; the actions' own limit ends first.
TIMEOUT_S = 2.65
_TOPIC_SLOT, _LAST_TOPIC_SLOT = "topic_in_progress", "last_topic"
_ABOUT_SLOTS = ("therapy", "condition")
_SMS = "sms"


@dataclass(frozen=True)
class Turn:
    """A member's message for the engine: what they typed, or the value of the quick reply they chose.

    `unheard` are the ids of earlier turns whose answers the member never had.
    """

    turn_id: str
    conversation_id: str
    channel: str
    text: str | None = None
    choice: str | None = None
    locale: str | None = None
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Outcome:
    """What a turn produced: replies, Rasa's reading of the message, and the dialogue to go on from."""

    replies: tuple[Reply, ...]
    reading: Mapping[str, Any]
    asked: tuple[Ran, ...]
    asked_for: str | None
    topic_in_progress: str | None
    snapshot: list[dict[str, Any]]


class TurnTaker:
    """Takes turns: one at a time for a conversation, each at most once, none without a reply."""

    def __init__(self, agent: Agent, store: DialogueStore, actions: ActionsConnection) -> None:
        self._agent = agent
        self._processor = TurnProcessor.of(agent)
        self._store = store
        self._actions = actions
        # An entry lives as long as somebody holds or awaits its lock.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def model_id(self) -> str:
        """The id that the training gave the loaded model."""
        return str(self._agent.model_id)

    async def take(self, turn: Turn) -> str:
        """The turn's answer as JSON text; for the conversation's last turn again, the answer it got then.

        Raises BadChoice, and StoreUnavailable when the dialogue cannot be read or written: nothing is kept then.
        """
        choice = read_choice(turn.choice, self._agent.domain) if turn.choice is not None else None
        started = time.monotonic()
        async with self._lock(turn.conversation_id):
            with step("load"):
                stored = await self._store.load(turn.conversation_id)
            if stored is not None and stored.turn_id == turn.turn_id:
                return stored.result
            if stored is not None and stored.turn_id in turn.unheard:
                # We were ended, or too late, after it was saved: the member goes on from what they have read.
                log.info("engine.turn_taken_back", turn_id=stored.turn_id, conversation_id=turn.conversation_id)
                stored = replace(stored, snapshot=take_back(stored.snapshot, stored.turn_id))
            outcome = await self._run(turn, choice, stored)
            result = json.dumps(self._describe(turn, outcome))
            with step("save"):
                await self._store.save(
                    turn.conversation_id, stored, snapshot=outcome.snapshot, turn_id=turn.turn_id, result=result
                )
        log.info(
            "engine.turn",
            turn_id=turn.turn_id,
            conversation_id=turn.conversation_id,
            channel=turn.channel,
            questions=len(outcome.asked),
            replies=len(outcome.replies),
            ms=round((time.monotonic() - started) * 1000),
        )
        return result

    async def forget(self, conversation_id: str) -> None:
        """Forgets the conversation's dialogue. Raises StoreUnavailable."""
        async with self._lock(conversation_id):
            await self._store.forget(conversation_id)

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _run(self, turn: Turn, choice: Mapping[str, Any] | None, stored: StoredDialogue | None) -> _Outcome:
        failures: list[Exception] = []
        trackers = TurnTrackers(self._agent.domain, stored)
        processor = self._processor_for(turn, trackers, failures)
        write = functools.partial(_write_message, turn)
        running = Running(processor, trackers, write, turn.channel, failures, TIMEOUT_S)
        reading: Mapping[str, Any] = choice or {}
        asked_for: str | None = None
        questions: tuple[Question, ...] = ()
        try:
            before = await trackers.retrieve(turn.conversation_id)
            asked_for = _slot(before, REQUESTED_SLOT)
            with step("understand"):
                if choice is None:
                    reading, questions = await self._understand(turn, processor, before)
                else:
                    questions = (Question(str(turn.choice), choice),)
            # Who writes in a language is spoken to in it; what has none ("19104") changes nothing.
            language = reading.get(LANGUAGE)
            processor.nlg.speak(language if language in TOLD_LANGUAGES else turn.locale)
            with step("act"):
                await running.run_all(questions[:MOST_QUESTIONS])
        except Exception as error:
            running.error = error
        if running.error is not None:
            _log_error(turn, running.error)
        replies = say(
            running.said,
            _slot(trackers.saved, _LAST_TOPIC_SLOT),
            functools.partial(self._own_reply, turn),
            is_sms=turn.channel == _SMS,
            failed=running.failed or running.error is not None,
            leaves_out=len(questions) > MOST_QUESTIONS,
        )
        return _Outcome(
            replies=tuple(replies),
            reading=reading,
            asked=tuple(running.asked),
            asked_for=asked_for,
            topic_in_progress=_slot(trackers.saved, _TOPIC_SLOT),
            snapshot=self._snapshot(running.error, trackers.saved, stored),
        )

    async def _understand(
        self, turn: Turn, processor: TurnProcessor, before: DialogueStateTracker | None
    ) -> tuple[Mapping[str, Any], tuple[Question, ...]]:
        """How the text as a whole is read, and the questions in it: one where it is not clear that it asks several."""
        text = readable_text(turn.text or "")

        waiting = _slot(before, _TOPIC_SLOT) if _slot(before, REQUESTED_SLOT) else None
        answered = waiting or _slot(before, _LAST_TOPIC_SLOT)

        async def parse(words: str, after: str | None = None) -> Mapping[str, Any]:
            # Any part of a message may begin with a slash, and Rasa would take it for a command.
            said_after = {AFTER: after or answered}
            message = UserMessage(readable_text(words), sender_id=turn.conversation_id, metadata=said_after)
            return await processor.parse_message(message)

        reading = await parse(text)
        if reading.get(LANGUAGE) == "es":
            # One offer for the whole message: it is no English that could be taken apart.
            return reading, (Question(text, reading),)
        reading = drop_refused(text, reading)
        about = next((value.replace("_", " ") for name in _ABOUT_SLOTS if (value := _slot(before, name))), None)
        asked_for = _slot(before, REQUESTED_SLOT)
        questions = await find_questions(text, reading, parse, asked_for=asked_for, about=about)
        if len(questions) > 1:
            return reading, questions
        alone = questions[0].reading if questions else reading
        reading = read_follow_up(text, alone, before, self._agent.domain)
        return reading, (Question(reading["text"], reading),)

    def _snapshot(
        self, error: Exception | None, saved: DialogueStateTracker | None, stored: StoredDialogue | None
    ) -> list[dict[str, Any]]:
        if saved is not None:
            return take_snapshot(saved, self._agent.domain)
        # A dialogue that cannot go on, say because its form left the model, must not fail at every turn; after a
        # timeout it stays where it was, so that the member can say it again.
        return stored.snapshot if stored is not None and isinstance(error, asyncio.TimeoutError) else []

    def _processor_for(self, turn: Turn, trackers: TurnTrackers, failures: list[Exception]) -> TurnProcessor:
        """The agent's processor with this turn's store, wording and actions; the model behind it is shared.

        Nothing of Rasa's own fail-safe store, lock store or endpoints is in the way of a turn.
        """
        processor = copy.copy(self._processor)
        processor.tracker_store = trackers
        processor.nlg = Wording(self._agent.domain.responses, failures.append, locale=turn.locale)
        processor.action_endpoint = TurnActions(self._actions, failures.append)
        return processor

    def _own_reply(self, turn: Turn, key: str) -> Reply:
        if key == SILENCE_RESPONSE:
            log.error("engine.turn_silent", turn_id=turn.turn_id, conversation_id=turn.conversation_id)
        words = Wording(self._agent.domain.responses, locale=turn.locale).word(key, turn.channel, {}) or {}
        reply = read_reply({**words, "utter_action": key})
        assert reply is not None  # noqa: S101 - it has a text: checked when the model was loaded
        return reply

    def _describe(self, turn: Turn, outcome: _Outcome) -> dict[str, Any]:
        understood = describe_understanding(
            outcome.reading,
            [(ran.question.reading, ran.replies) for ran in outcome.asked],
            text=turn.text,
            asked_for=outcome.asked_for,
            topic_in_progress=outcome.topic_in_progress,
        )
        return {
            "turn_id": turn.turn_id,
            "replies": [reply.as_json() for reply in outcome.replies],
            "understood": understood.as_json(),
            "model_id": self.model_id,
        }


def _write_message(turn: Turn, question: Question, channel: TurnChannel) -> UserMessage:
    """A question as Rasa takes it. All of one turn have its id: it is taken back whole."""
    return UserMessage(
        question.text,
        channel,
        turn.conversation_id,
        parse_data=dict(question.reading),
        input_channel=turn.channel,
        message_id=turn.turn_id,
        metadata={"locale": turn.locale} if turn.locale else None,
    )


def _log_error(turn: Turn, error: Exception) -> None:
    if isinstance(error, asyncio.TimeoutError):
        log.error("engine.turn_timed_out", turn_id=turn.turn_id, conversation_id=turn.conversation_id)
    else:
        log.error("engine.turn_failed", turn_id=turn.turn_id, conversation_id=turn.conversation_id, exc_info=error)


def _slot(tracker: DialogueStateTracker | None, name: str) -> str | None:
    value = tracker.slots[name].value if tracker is not None and name in tracker.slots else None
    return value if isinstance(value, str) else None
