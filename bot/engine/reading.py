"""How does what a member typed or chose become a message for Rasa? Typed text never counts as a command."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rasa.shared.core.domain import Domain

# What a quick reply carries: "/intent" or "/intent{...}", written by us in data/responses.
_CHOICE = re.compile(r"/(?P<intent>[A-Za-z_][A-Za-z0-9_]*)(?P<entities>\{.*\})?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NOTHING_TO_READ = "?"


class BadChoice(Exception):
    """A quick reply's value that no response of this model can have offered."""

    code = "UNKNOWN_CHOICE"


def readable_text(text: str) -> str:
    """The text without what Rasa takes for a command: leading slashes and spaces; "?" when nothing else is left."""
    # A lone surrogate, which JSON can carry, is no text that anything behind here could write.
    text = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode("utf-8")).strip()
    while text.startswith("/"):
        text = text[1:].strip()
    return text or _NOTHING_TO_READ


def read_choice(choice: str, domain: Domain) -> Mapping[str, Any]:
    """The parse data of a quick reply, as if it had been understood with certainty. Raises BadChoice."""
    match = _CHOICE.fullmatch(choice)
    if match is None or match["intent"] not in domain.intents:
        raise BadChoice
    intent = {"name": match["intent"], "confidence": 1.0}
    return {
        "text": choice,
        "intent": intent,
        "intent_ranking": [intent],
        "entities": _entities(match["entities"], domain),
    }


def _entities(written: str | None, domain: Domain) -> list[dict[str, Any]]:
    if written is None:
        return []
    try:
        values = json.loads(written)
    except ValueError:
        raise BadChoice from None
    entities: list[dict[str, Any]] = []
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if name not in domain.entities or not isinstance(each, (str, int, float)):
                raise BadChoice
            entities.append({"entity": name, "value": each, "start": 0, "end": 0, "extractor": "QuickReply"})
    return entities
