"""The reading process: reads one document after another, within limits, and answers in JSON. It is told bytes alone.

A hostile document meets the readers here and nowhere else. Asked on standard input: the length of a JSON question, the
question (a name's ending, the payers, the length of the document), then the document. Answered on standard output: the
length of the answer, then {"policy": ...} or {"refused": reason}. An empty question or the end of the input ends it.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import BinaryIO

from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.protocol import ANSWERS, LENGTH, QUESTIONS, Answer, Question
from knowledge.policies.reading.reader import read_document

_TOO_LARGE = "the document unfolds to more than a policy holds"


def main(memory_bytes: int) -> None:
    """Answers until the input ends, with that much memory at most."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not get into an answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    while question := _read(sys.stdin.buffer):
        asked = QUESTIONS.validate_json(question)
        document = sys.stdin.buffer.read(asked.length)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + asked.seconds)
        answer = ANSWERS.dump_json(_answer(document, asked))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _answer(document: bytes, asked: Question) -> Answer:
    try:
        return Answer(policy=read_document(document, asked.suffix, asked.payers))
    except Unreadable as error:
        return Answer(refused=str(error))
    except (MemoryError, RecursionError):
        return Answer(refused=_TOO_LARGE)


def _read(stream: BinaryIO) -> bytes:
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _limit(kind: int, value: int) -> None:
    """Sets the soft limit; a system that does not know the limit reads without it."""
    _, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
