"""What is said between the command and the reading process? A question, a document, an answer; all of it plain JSON."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pydantic import TypeAdapter

from knowledge.policies.reading.model import KnownPayer, ReadPolicy

# Stands before every question and answer: how many bytes it has.
LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Question:
    """What is asked with a document of `length` bytes; the reading may take `seconds` of the processor."""

    suffix: str
    payers: tuple[KnownPayer, ...]
    length: int
    seconds: int


@dataclass(frozen=True)
class Answer:
    """What was read, or why not."""

    policy: ReadPolicy | None = None
    refused: str | None = None


QUESTIONS = TypeAdapter(Question)
ANSWERS = TypeAdapter(Answer)
