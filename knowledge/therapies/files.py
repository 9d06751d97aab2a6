"""How do therapies and conditions look as files? One entry a file, with the fields of the model.

The engine's entity extractor reads the same files as plain data: `id`, `names`, `aliases`, `misspellings`.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from knowledge.content_files import read_content_file
from knowledge.therapies.model import Condition, Therapy

_THERAPY = TypeAdapter(Therapy)
_CONDITION = TypeAdapter(Condition)


def read_therapy(path: Path) -> Therapy:
    """One product. Raises ContentError."""
    return read_content_file(path, _THERAPY)


def read_condition(path: Path) -> Condition:
    """One condition. Raises ContentError."""
    return read_content_file(path, _CONDITION)
