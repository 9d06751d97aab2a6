"""Is this the response with that key? So that journeys assert on keys, which neither the page nor a phone shows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parents[3] / "data" / "responses"


def on_the_page(key: str, locale: str = "en", **values: str) -> re.Pattern[str]:
    """The response as the page shows it; a value that is not named may be anything."""
    return _pattern(key, "web", locale, values, rest="$")


def as_a_text(key: str, locale: str = "en", **values: str) -> re.Pattern[str]:
    """The response as a text; numbered choices, sources or a link may stand under it."""
    return _pattern(key, "sms", locale, values, rest="(?:\n|$)")


def _pattern(key: str, channel: str, locale: str, values: dict[str, str], rest: str) -> re.Pattern[str]:
    variants = _responses()[key if locale == "en" else f"{key}_{locale}"]
    text = next((each["text"] for each in variants if each.get("channel") == channel), variants[0]["text"])
    parts = re.split(r"\{(\w+)\}", text.strip())
    said = (
        re.escape(part) if index % 2 == 0 else re.escape(values[part]) if part in values else ".+?"
        for index, part in enumerate(parts)
    )
    return re.compile(f"^{''.join(said)}{rest}", re.DOTALL)


@cache
def _responses() -> dict[str, list[dict[str, Any]]]:
    responses: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(_FOLDER.glob("*.yml")):
        responses |= yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
    return responses
