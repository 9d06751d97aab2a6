"""The reading process: reads one document after another, within limits, and answers in JSON. It is told bytes alone.

A hostile document meets the readers here and nowhere else. Asked on standard input: the length of a JSON question, the
question (a name's ending, the payers, the length of the document), then the document. Answered on standard output: the
length of the answer, then {"policy": ...} or {"refused": reason}. An empty question or the end of the input ends it.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sys
from typing import BinaryIO

import pypdfium2

from knowledge.policies.reading.model import Unreadable
from knowledge.policies.reading.protocol import ANSWERS, LENGTH, QUESTIONS, Answer, Question
from knowledge.policies.reading.reader import read_document
from knowledge.policies.reading.sniff import load_encodings

_TOO_LARGE = "the document unfolds to more than a policy holds"


def main(memory_bytes: int) -> None:
    """Answers until the input ends, with that much memory at most."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not get into an answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _warm_up()
    _limit(resource.RLIMIT_AS, memory_bytes)
    # From here on nothing is opened, written, connected to or started, whoever asks.
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        _limit(kind, 0)
    _limit(resource.RLIMIT_NOFILE, answers.fileno() + 1)
    while question := _read(sys.stdin.buffer):
        asked = QUESTIONS.validate_json(question)
        document = sys.stdin.buffer.read(asked.length)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + asked.seconds)
        answer = ANSWERS.dump_json(_answer(document, asked))
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _warm_up() -> None:
    """Reads a little of each format, so that what loads late is loaded while files can still be opened."""
    load_encodings()
    empty, page = io.BytesIO(), pypdfium2.PdfDocument.new()
    page.new_page(100, 100)
    page.save(empty)
    samples = (b"# Title\n\n1. One\n\n- [x] Ohio\n", b"<!doctype html><h1>Title</h1><p>Words.</p>", empty.getvalue())
    for sample in samples:
        with contextlib.suppress(Unreadable):
            read_document(sample, "", ())


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
    """Sets a limit, for good but for the time, which grows with each document; without it where there is none."""
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(kind, (value, hard if kind == resource.RLIMIT_CPU else value))
    except (ValueError, OSError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
