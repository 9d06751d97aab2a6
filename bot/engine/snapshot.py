"""How much of a dialogue is kept? Its state and its last few turns, however long it grows.

A plain cut of the events loses the open form. So what stood before the cut is written as the events that lead to
the same state: session start, slots, open form, listening; then come the last turns as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
    deserialise_events,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.turn_tracker import TurnTracker

# The longest rule looks back three steps, all of them behind the latest message; the actions look back to the reply
# before it. One more is kept than that takes. What a turn costs grows with it: events are read and replayed.
# The questions of one message count as one: a turn is taken back whole.
MEMBER_MESSAGES_KEPT = 2
# What anybody asks about an earlier message or reply.
_OF_MESSAGE = ("intent", "entities")
_OF_REPLY = ("topic", "outcome")


def take_snapshot(
    tracker: DialogueStateTracker, domain: Domain, keep: int = MEMBER_MESSAGES_KEPT
) -> list[dict[str, Any]]:
    """The dialogue's state and its last `keep` member messages with what followed, as Rasa events in JSON form."""
    events = _current_session(list(tracker.events))
    member_messages = _member_messages(events)
    if len(member_messages) > keep:
        # Rasa listens before every member message; the cut begins behind that.
        cut = member_messages[-keep]
        events = _state_as_events(events[:cut], tracker.sender_id, domain) + events[cut:]
    return [_kept(event) for event in events]


def restore_tracker(conversation_id: str, snapshot: list[dict[str, Any]], domain: Domain) -> DialogueStateTracker:
    """The tracker that continues where the snapshot was taken."""
    return _tracker(conversation_id, deserialise_events(snapshot), domain)


def take_back(snapshot: list[dict[str, Any]], turn_id: str) -> list[dict[str, Any]]:
    """The dialogue before this turn, the last or the last but one; as it is where the turn left no message in it."""
    for at, event in enumerate(snapshot):
        if event.get("event") == UserUttered.type_name and event.get("message_id") == turn_id:
            return snapshot[:at]
    return snapshot


def _kept(event: Event) -> dict[str, Any]:
    """The event in JSON form; of a message not how else it could have been read, of a reply not its words."""
    kept: dict[str, Any] = event.as_dict()
    if isinstance(event, UserUttered):
        kept["parse_data"] = _only(_OF_MESSAGE, event.parse_data)
    elif isinstance(event, BotUttered):
        told = event.metadata
        envelopes = {name: _only(_OF_REPLY, told[name]) for name in ("metadata", "reply") if told.get(name)}
        kept = {"event": kept["event"], "timestamp": event.timestamp}
        kept["metadata"] = {"utter_action": told.get("utter_action"), **envelopes}
    return kept


def _only(names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _member_messages(events: list[Event]) -> list[int]:
    """Where each member message begins; what was asked in it one after the other has its id."""
    begins: list[int] = []
    last_id = None
    for at, event in enumerate(events):
        if isinstance(event, UserUttered):
            if not begins or event.message_id != last_id:
                begins.append(at)
            last_id = event.message_id
    return begins


def _current_session(events: list[Event]) -> list[Event]:
    """What happened since the last session start; Rasa itself looks at nothing before it."""
    for at in range(len(events) - 1, -1, -1):
        if isinstance(events[at], (SessionStarted, Restarted)):
            starts_by_action = at > 0 and _is_action(events[at - 1], ACTION_SESSION_START_NAME)
            return events[at - 1 if starts_by_action else at :]
    return events


def _state_as_events(events: list[Event], conversation_id: str, domain: Domain) -> list[Event]:
    before = _tracker(conversation_id, events, domain)
    moment = events[-1].timestamp if events else None
    state: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=moment), SessionStarted(moment)]
    if before.active_loop is not None and before.active_loop_name:
        state.append(ActionExecuted(before.active_loop_name, timestamp=moment))
        state.append(ActiveLoop(before.active_loop_name, moment))
        if before.is_active_loop_interrupted:
            state.append(LoopInterrupted(True, moment))
    state += [
        SlotSet(slot.name, slot.value, moment)
        for slot in before.slots.values()
        if slot.has_been_set and slot.value != slot.initial_value
    ]
    return [*state, ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)]


def _tracker(conversation_id: str, events: list[Event], domain: Domain) -> DialogueStateTracker:
    return TurnTracker.of(conversation_id, domain.slots, events)


def _is_action(event: Event, name: str) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == name
