"""Is what an action server answered a result that Rasa can use?"""

from __future__ import annotations

from typing import Any

from jsonschema.validators import validator_for
from rasa.shared.core.events import deserialise_events
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

_BY_NAME = "oneOf"
# Kinds that Rasa reads whatever else is in them; with others it may fail, and says nothing of it to anybody.
_ALWAYS_READABLE = ("slot", "followup", "active_loop")


class ResultCheck:
    """Rasa's own schema of an action's result, made so that checking costs a hundredth of what it costs Rasa.

    Rasa compiles the schema at every call (16 ms), and tries an event as each of its 23 kinds (1.5 ms for four
    events). The kinds differ by name, so an event is checked as the kind whose name it has. Of most kinds the schema
    asks for nothing but the name; those and slots, which are nearly all that comes, are checked without it.
    """

    def __init__(self) -> None:
        common = {name: rule for name, rule in EVENT_SCHEMA.items() if name != _BY_NAME}
        kinds = {kind["properties"]["event"]["const"]: {**common, "allOf": [kind]} for kind in EVENT_SCHEMA[_BY_NAME]}
        self._kinds = {name: validator_for(kind)(kind) for name, kind in kinds.items()}
        self._plain = {
            name for name, kind in kinds.items() if kind["allOf"] == [{"properties": {"event": {"const": name}}}]
        }

    def is_result(self, answer: Any) -> bool:
        """Whether it is an object with a list of events and a list of responses, where it has them."""
        if not isinstance(answer, dict):
            return False
        events, responses = answer.get("events", []), answer.get("responses", [])
        if not isinstance(events, list) or not isinstance(responses, list):
            return False
        return all(map(self._is_event, events)) and all(isinstance(response, dict) for response in responses)

    def is_readable(self, answer: dict[str, Any]) -> bool:
        """Whether Rasa can make events of a result's events: its schema lets, say, a reminder for no day pass."""
        try:
            deserialise_events([event for event in answer.get("events", []) if event["event"] not in _ALWAYS_READABLE])
        except Exception:
            return False
        return True

    def _is_event(self, event: Any) -> bool:
        if not isinstance(event, dict):
            return False
        name = event.get("event")
        if not isinstance(name, str) or name not in self._kinds:
            return False
        if name in self._plain:
            return _has_usual_fields(event)
        if name == "slot":
            return _has_usual_fields(event) and isinstance(event.get("name"), str) and "value" in event
        return bool(self._kinds[name].is_valid(event))


def _has_usual_fields(event: dict[str, Any]) -> bool:
    timestamp, metadata = event.get("timestamp"), event.get("metadata")
    is_moment = timestamp is None or (isinstance(timestamp, (int, float)) and not isinstance(timestamp, bool))
    return is_moment and (metadata is None or isinstance(metadata, dict))
