"""What happens in one turn of a conversation, from a member's message to the replies that are kept and sent?"""

from __future__ import annotations

import asyncio
import copy
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

from bot.engine.actions_endpoint import FAILURE_RESPONSE, ActionsConnection, TurnActions
from bot.engine.channel import Reply, TurnChannel, read_reply
from bot.engine.reading import read_choice, readable_text
from bot.engine.snapshot import take_back, take_snapshot
from bot.engine.steps import step
from bot.engine.tracker_store import DialogueStore, StoredDialogue, TurnTrackers
from bot.engine.turn_processor import TurnProcessor
from bot.engine.understood import describe_understanding
from bot.engine.wording import Wording

log = structlog.get_logger()

SILENCE_RESPONSE = "utter_failure_silence"
# A guard around everything that a turn waits for; the actions' own limit ends first.
TIMEOUT_S = 2.65
_TOPIC_SLOT = "topic_in_progress"


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
        message = self._read(turn)
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
            outcome = await self._run(turn, message, stored)
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

    def _read(self, turn: Turn) -> UserMessage:
        common = {
            "sender_id": turn.conversation_id,
            "input_channel": turn.channel,
            "message_id": turn.turn_id,
            "metadata": {"locale": turn.locale} if turn.locale else None,
            "output_channel": TurnChannel(turn.channel),
        }
        if turn.choice is not None:
            return UserMessage(turn.choice, parse_data=read_choice(turn.choice, self._agent.domain), **common)
        return UserMessage(readable_text(turn.text or ""), **common)

    async def _run(self, turn: Turn, message: UserMessage, stored: StoredDialogue | None) -> _Outcome:
        channel: TurnChannel = message.output_channel
        failures: list[Exception] = []
        trackers = TurnTrackers(self._agent.domain, stored)
        processor = self._processor_for(turn, trackers, failures)
        snapshot = stored.snapshot if stored is not None else []
        asked_for: str | None = None
        try:
            asked_for = _slot(await trackers.retrieve(turn.conversation_id), REQUESTED_SLOT)
            if message.parse_data is None:
                with step("understand"):
                    message.parse_data = await processor.parse_message(message)
            with step("act"):
                await asyncio.wait_for(processor.handle_message(message), TIMEOUT_S)
            snapshot = take_snapshot(trackers.saved, self._agent.domain)
        except asyncio.TimeoutError as error:
            # The dialogue stays where it was: the member can say it again.
            log.error("engine.turn_timed_out", turn_id=turn.turn_id, conversation_id=turn.conversation_id)
            failures.append(error)
        except Exception as error:
            # A dialogue that cannot go on, say because its form left the model, must not fail at every turn.
            log.error("engine.turn_failed", turn_id=turn.turn_id, conversation_id=turn.conversation_id, exc_info=error)
            failures.append(error)
            snapshot = []
        return _Outcome(
            replies=self._never_silent(turn, channel.replies, failed=bool(failures or channel.dropped)),
            reading=message.parse_data or {},
            asked_for=asked_for,
            topic_in_progress=_slot(trackers.saved, _TOPIC_SLOT),
            snapshot=snapshot,
        )

    def _processor_for(self, turn: Turn, trackers: TurnTrackers, failures: list[Exception]) -> TurnProcessor:
        """The agent's processor with this turn's store, wording and actions; the model behind it is shared.

        Nothing of Rasa's own fail-safe store, lock store or endpoints is in the way of a turn.
        """
        processor = copy.copy(self._processor)
        processor.tracker_store = trackers
        processor.nlg = Wording(self._agent.domain.responses, failures.append, locale=turn.locale)
        processor.action_endpoint = TurnActions(self._actions, failures.append)
        return processor

    def _never_silent(self, turn: Turn, replies: list[Reply], *, failed: bool) -> tuple[Reply, ...]:
        if failed and not any(reply.key == FAILURE_RESPONSE for reply in replies):
            return (*replies, self._own_reply(FAILURE_RESPONSE, turn))
        if not replies:
            log.error("engine.turn_silent", turn_id=turn.turn_id, conversation_id=turn.conversation_id)
            return (self._own_reply(SILENCE_RESPONSE, turn),)
        return tuple(replies)

    def _own_reply(self, key: str, turn: Turn) -> Reply:
        words = Wording(self._agent.domain.responses, locale=turn.locale).word(key, turn.channel, {}) or {}
        reply = read_reply({**words, "utter_action": key})
        assert reply is not None  # noqa: S101 - it has a text: checked when the model was loaded
        return reply

    def _describe(self, turn: Turn, outcome: _Outcome) -> dict[str, Any]:
        understood = describe_understanding(
            outcome.reading,
            text=turn.text,
            asked_for=outcome.asked_for,
            topic_in_progress=outcome.topic_in_progress,
            replies=outcome.replies,
        )
        return {
            "turn_id": turn.turn_id,
            "replies": [reply.as_json() for reply in outcome.replies],
            "understood": understood.as_json(),
            "model_id": self.model_id,
        }


def _slot(tracker: DialogueStateTracker | None, name: str) -> str | None:
    value = tracker.slots[name].value if tracker is not None and name in tracker.slots else None
    return value if isinstance(value, str) else None
