"""How does Rasa handle a message, without what it does for a debug log and an event stream that nobody reads?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.core.actions.action import Action
from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_EXTRACT_SLOTS
from rasa.shared.core.events import ActionExecutionRejected, Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.planned_graph import PlannedRunner
from bot.engine.rasa_once import work_out_once
from bot.engine.recent_rules import RecentRules

# Where each word stands: asked for by nobody, carried to every action and into the snapshot.
_OF_NO_USE = ("text_tokens",)
_RANKING = "intent_ranking"
_UNCLEAR = "nlu_fallback"


class TurnProcessor(MessageProcessor):
    """Rasa's processor with the same outcome for less work; the methods below are Rasa's, cut down.

    Left out: deep copies of events for debug lines, the ids of model and assistant in every event, plugins (there are
    none), the reading of all slots for a log line, and the comparison of each reading with the domain, which a trained
    model has passed.
    """

    @classmethod
    def of(cls, agent: Agent) -> TurnProcessor:
        """The processor of a loaded agent, whose components it shares."""
        work_out_once()
        processor = cls.__new__(cls)
        processor.__dict__.update(agent.processor.__dict__)
        processor.graph_runner = PlannedRunner(agent.processor.graph_runner)
        for node in processor.graph_runner.nodes.values():
            if type(node._component) is RulePolicy:
                node._component = RecentRules.of(node._component)
        return processor

    async def get_tracker(self, conversation_id: str) -> DialogueStateTracker:
        """The dialogue so far, or a new one."""
        tracker: DialogueStateTracker = await self.tracker_store.get_or_create_tracker(
            conversation_id, append_action_listen=False
        )
        return tracker

    async def parse_message(
        self, message: UserMessage, tracker: DialogueStateTracker | None = None, only_output_properties: bool = True
    ) -> dict[str, Any]:
        """What the message means, and which readings there are."""
        unknown = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        parsed: dict[str, Any] = self._parse_message_with_graph(message, unknown, only_output_properties)
        for name in _OF_NO_USE:
            parsed.pop(name, None)
        parsed[_RANKING] = [each for each in parsed.get(_RANKING, ()) if each["name"] != _UNCLEAR]
        return parsed

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fills the slots that the message speaks of."""
        events = await self._get_action(ACTION_EXTRACT_SLOTS).run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    async def run_anonymization_pipeline(self, tracker: DialogueStateTracker) -> None:
        """Nothing: this is a plugin's work, and there is no plugin."""

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: Sequence[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        events = list(events or ())
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Nothing: slot values reach no log."""
