"""Which values may one word of a member stand for: "hemophilia" is A or B?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk.interfaces import Tracker

from actions.plain_words import names_therapy_class


def read_alternatives(found: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """The values that stand in the same place of the text, by entity; of two such places the first."""
    places: dict[tuple[str, int, int], list[str]] = {}
    for item in found:
        start, end = int(item.get("start") or 0), int(item.get("end") or 0)
        # A button's entities have no place.
        if end > start:
            places.setdefault((str(item["entity"]), start, end), []).append(str(item["value"]))
    several = ((name, tuple(dict.fromkeys(values))) for (name, _, _), values in reversed(places.items()))
    return {name: values for name, values in several if len(values) > 1}


def read_open(tracker: Tracker, entities: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """The conditions that a word named before stands for, where a typed message is about them still."""
    named = tracker.slots.get("condition")
    text = tracker.latest_message.get("text") or ""
    if not isinstance(named, list) or {"therapy", "condition"} & entities.keys() or text.startswith("/"):
        return {}
    return {} if names_therapy_class(text) else {"condition": tuple(named)}
