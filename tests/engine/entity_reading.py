"""What the tests of entities share: the tiny project's names, and a text's entities as pairs."""

from __future__ import annotations

from pathlib import Path

from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.component import read_entities

CONTENT = Path(__file__).parent / "project/knowledge/content"


def read(text: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Kind and value of each entity, in the order of the text."""
    return [(found.entity, found.value) for found in read_entities(text, catalogue, 2026)]
