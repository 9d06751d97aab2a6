"""How is a document read without trusting it? In a process of its own, with limits on memory and time."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from pydantic import ValidationError

import knowledge
from knowledge.content_files import ContentError
from knowledge.policies.reading.model import KnownPayer, ReadPolicy
from knowledge.policies.reading.protocol import ANSWERS, LENGTH, QUESTIONS, Question

MAX_BYTES = 25_000_000
_MOST_READERS, _FILES_A_READER = 4, 8
_MAX_ANSWER_BYTES = 60_000_000
_PROJECT = Path(knowledge.__file__).parents[1]
_MODULE = "knowledge.policies.reading.child"


class DocumentUnreadable(ContentError):
    """A document that is not read: broken, protected, empty, too large, or hostile."""

    code = "DOCUMENT_UNREADABLE"

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(_printable(file), None, reason)


class PolicyReader:
    """Reads documents one after another, all in one process that is started anew where a document ended it.

    Use it as a context manager. A document may take `seconds` and the process `memory_bytes`.
    """

    def __init__(
        self, payers: Sequence[KnownPayer], *, seconds: float = 60.0, memory_bytes: int = 1_500_000_000
    ) -> None:
        self._payers = tuple(payers)
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PolicyReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def process_id(self) -> int | None:
        """The reading process, None where none runs yet."""
        return self._process.pid if self._process else None

    def read(self, path: Path) -> ReadPolicy:
        """What the file says. Raises DocumentUnreadable."""
        data = read_bytes(path)
        question = Question(path.suffix.lower()[:20], self._payers, len(data), max(1, round(self._seconds)))
        asked = QUESTIONS.dump_json(question)
        deadline = time.monotonic() + self._seconds
        try:
            process = self._start()
            self._send(process, LENGTH.pack(len(asked)) + asked + data, deadline)
            (length,) = LENGTH.unpack(self._receive(process, LENGTH.size, deadline))
            if length > _MAX_ANSWER_BYTES:
                raise EOFError
            answer = ANSWERS.validate_json(self._receive(process, length, deadline))
        except TimeoutError:
            self._end()
            reason = f"reading it took more than {self._seconds:.0f} seconds and was given up"
            raise DocumentUnreadable(path.name, reason) from None
        except (EOFError, OSError, ValidationError):
            self._end()
            raise DocumentUnreadable(
                path.name, "reading it ended before its time: it is broken, or unfolds to far more than it seems"
            ) from None
        if answer.policy is None:
            raise DocumentUnreadable(path.name, answer.refused or "it could not be read")
        return answer.policy

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # Nothing of our environment goes along: no settings, no secrets.
            places = {"PYTHONPATH": str(_PROJECT), "PATH": os.defpath, "LANG": "C.UTF-8"}
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", _MODULE, str(self._memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=places,
                close_fds=True,
                start_new_session=True,
                bufsize=0,
            )
        return self._process

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process = None

    def _send(self, process: subprocess.Popen[bytes], message: bytes, deadline: float) -> None:
        assert process.stdin is not None  # noqa: S101 - opened above
        pipe = process.stdin.fileno()
        os.set_blocking(pipe, False)
        left = memoryview(message)
        while left:
            _wait(pipe, deadline, to_write=True)
            left = left[os.write(pipe, left[:1_000_000]) :]

    def _receive(self, process: subprocess.Popen[bytes], length: int, deadline: float) -> bytes:
        assert process.stdout is not None  # noqa: S101 - opened above
        pipe = process.stdout.fileno()
        parts: list[bytes] = []
        while length:
            _wait(pipe, deadline, to_write=False)
            part = os.read(pipe, min(length, 1_000_000))
            if not part:
                raise EOFError
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


def read_all(paths: Sequence[Path], payers: Sequence[KnownPayer]) -> list[ReadPolicy | DocumentUnreadable]:
    """What each file says, or why it is not read, in the order of `paths`; many files are read side by side."""
    count = min(os.cpu_count() or 1, _MOST_READERS, 1 + len(paths) // _FILES_A_READER)
    free: SimpleQueue[PolicyReader] = SimpleQueue()

    def read(path: Path) -> ReadPolicy | DocumentUnreadable:
        reader = free.get()
        try:
            return reader.read(path)
        except DocumentUnreadable as error:
            return error
        finally:
            free.put(reader)

    with ExitStack() as readers, ThreadPoolExecutor(count) as threads:
        for _ in range(count):
            free.put(readers.enter_context(PolicyReader(payers)))
        return list(threads.map(read, paths))


def read_bytes(path: Path) -> bytes:
    """The file's bytes, of a plain file of at most 25 MB. Raises DocumentUnreadable; a larger file is not read."""
    try:
        # Not to be kept waiting by a pipe that only has a file's name.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise DocumentUnreadable(path.name, "it is no file that can be read")
            if status.st_size <= MAX_BYTES and len(data := file.read(MAX_BYTES + 1)) <= MAX_BYTES:
                return data
    except (OSError, ValueError) as error:
        raise DocumentUnreadable(path.name, f"it cannot be opened ({type(error).__name__})") from error
    raise DocumentUnreadable(path.name, f"it has more than {MAX_BYTES // 1_000_000} MB and was not read")


def _wait(pipe: int, deadline: float, *, to_write: bool) -> None:
    left = deadline - time.monotonic()
    ready = select.select([] if to_write else [pipe], [pipe] if to_write else [], [], max(left, 0.0))
    if left <= 0 or not (ready[0] or ready[1]):
        raise TimeoutError


def _printable(name: str) -> str:
    """A file's name as it may stand on a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:200]
