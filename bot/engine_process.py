"""How the embedded engine is trained, started, watched and stopped: it runs as a child of the app process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import structlog

from bot.failures import OperatorError
from bot.metrics import ENGINE_RESTARTS

log = structlog.get_logger()

# The product's model took half a minute on a quiet machine; a training that takes twenty times as long hangs.
TRAINING_LIMIT_S = 600.0
# No turn is under way when it is told to end; one that takes longer hangs, and members' turns had 3 s of the 5 already.
STOP_TIMEOUT_S = 1.5
# With this status the engine says that its model cannot be used (`bot/engine/__main__.py`).
MODEL_UNUSABLE = 3
# Beyond every delay, and no overflow.
_MOST_DOUBLINGS = 20


@dataclass(frozen=True)
class Patience:
    """How long the engine is waited for, in seconds, and how soon and how often it is started again."""

    # Loading took 5 s on a quiet machine, and a minute on one with ten times too much to do.
    start_s: float = 120.0
    training_s: float = TRAINING_LIMIT_S
    # Hanging is: nothing answered for three looks in a row, not even a member's turn; 9 to 12 s. The longest turn keeps
    # the engine from answering for 0.3 s, and a machine that gives it no time for so long serves nobody anyway.
    look_every_s: float = 1.0
    look_s: float = 3.0
    looks: int = 3
    # A look that took so much longer than it may says that we had no time ourselves.
    own_delay_s: float = 1.0
    # A crash loop must not eat the machine: six starts in the first half minute, then two a minute. A single crash
    # must not keep members waiting.
    first_restart_s: float = 0.5
    longest_restart_s: float = 30.0
    # An engine that ran this long was healthy: its next crash starts the delays from the beginning.
    healthy_after_s: float = 60.0
    # So many starts in a row that did not last are worth waking somebody for.
    alarm_after: int = 5


class EngineFailed(OperatorError):
    """The engine cannot be trained or started."""


@dataclass(frozen=True)
class EngineCommand:
    """How to call the engine environment: its Python and the settings that the engine reads from its environment.

    `model` is the file that was checked or trained last, and is served; training needs the folder in `environment`.
    """

    python: Path
    environment: Mapping[str, str]
    log_stream: TextIO
    model: Path | None = None

    async def start(self, verb: str) -> asyncio.subprocess.Process:
        """Starts `python -m bot.engine <verb>`. Raises EngineFailed when there is no such Python."""
        if not self.python.exists():
            raise EngineFailed(
                f"There is no engine environment at {self.python}: run `make run` once, "
                "or set GENE_GUIDE_ENGINE_PYTHON to its Python."
            )
        serves = verb == "serve"
        model = {"GENE_GUIDE_MODEL": str(self.model)} if serves and self.model else {}
        return await asyncio.create_subprocess_exec(
            str(self.python),
            "-m",
            "bot.engine",
            verb,
            # The engine ends itself when this pipe closes, so that it never outlives us, not even after a kill -9.
            stdin=asyncio.subprocess.PIPE,
            # The last line that a trainer says names its model; the last that it complains of says what went wrong.
            stdout=None if serves else asyncio.subprocess.PIPE,
            # The serving engine writes the log.
            stderr=self.log_stream if serves else asyncio.subprocess.PIPE,
            env={**os.environ, **self.environment, **model},
            # A Ctrl-C in the terminal reaches us alone; we stop the engine in order.
            start_new_session=True,
        )


async def train_if_needed(command: EngineCommand, limit_s: float = TRAINING_LIMIT_S) -> EngineCommand:
    """Trains the model where it is missing, damaged or older than its data; progress goes to the terminal.

    Returns the command that serves the very file that was checked or trained: whatever else lies beside it, and
    however new, was looked at by nobody.

    Raises EngineFailed with the trainer's own sentence, or after `limit_s`; the trainer has ended then.
    """
    process = await command.start("train")
    assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - `start` opened them
    try:
        ending = asyncio.gather(_pass_on(process.stdout), process.stderr.read(), process.wait())
        model, complained, status = await asyncio.wait_for(ending, limit_s)
    except asyncio.TimeoutError:
        raise EngineFailed(f"The training did not end within {limit_s:.0f} s, and was stopped.") from None
    finally:
        await _stop(process)
    if status != 0:
        lines = complained.decode(errors="replace").strip().splitlines()
        raise EngineFailed(lines[-1] if lines else f"The model could not be trained (exit status {status}).")
    if not model:
        raise EngineFailed("The training ended without naming its model.")
    return replace(command, model=Path(model))


async def _pass_on(output: asyncio.StreamReader) -> str:
    """Shows every line on the terminal as it comes; returns the last one."""
    last = ""
    async for line in output:
        last = line.decode(errors="replace").rstrip("\n")
        sys.stdout.write(last + "\n")
        sys.stdout.flush()
    return last


class EngineProcess:
    """The running engine: started again when it dies or hangs, with growing delays, until it is stopped.

    `is_ready` asks whether it takes turns, `is_alive` whether it answers anything at all: an engine without its
    database is not ready, and starting it again would not help.
    """

    def __init__(
        self,
        command: EngineCommand,
        is_ready: Callable[[], Awaitable[bool]],
        is_alive: Callable[[float], Awaitable[bool]],
        patience: Patience = Patience(),
    ) -> None:
        self._command = command
        self._is_ready = is_ready
        self._is_alive = is_alive
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._failed_looks = 0
        self._restarts = 0

    async def start(self) -> None:
        """Starts the engine and returns at once; `wait_until_ready` tells when it can take turns."""
        self._process = await self._command.start("serve")

    async def wait_until_ready(self) -> None:
        """Waits for the first readiness; from then on the engine is kept running.

        Raises EngineFailed when the engine dies first or takes too long.
        """
        assert self._process is not None  # noqa: S101 - `start` comes first
        deadline = time.monotonic() + self._patience.start_s
        while not await self._is_ready():
            if self._process.returncode is not None:
                raise EngineFailed(
                    f"The engine stopped while starting (exit status {self._process.returncode}): "
                    f"see the end of the log ({self._command.log_stream.name})."
                )
            if time.monotonic() > deadline:
                raise EngineFailed(f"The engine was not ready within {self._patience.start_s:.0f} s.")
            await asyncio.sleep(0.1)
        self._watcher = asyncio.create_task(self._keep_running(self._process), name="engine-watcher")

    async def stop(self) -> None:
        """Stops the engine, by force after 1.5 s, or at once when it hangs; nothing is left running."""
        hangs = self._failed_looks > 0
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._process is not None:
            await _stop(self._process, by_force=hangs)

    async def _keep_running(self, process: asyncio.subprocess.Process) -> None:
        is_up = True
        while True:
            started = time.monotonic()
            status = await self._wait_for_end(process, is_up=is_up)
            is_up = False
            if time.monotonic() - started > self._patience.healthy_after_s:
                self._restarts = 0
            log.error("engine.died", status=status)
            self._process = process = await self._start_again(model_unusable=status == MODEL_UNUSABLE)

    async def _start_again(self, *, model_unusable: bool) -> asyncio.subprocess.Process:
        while True:
            delay_s = min(self._patience.first_restart_s * 2.0**self._restarts, self._patience.longest_restart_s)
            self._restarts = min(self._restarts + 1, _MOST_DOUBLINGS)
            report = log.critical if self._restarts >= self._patience.alarm_after else log.warning
            report("engine.restarts", tries=self._restarts, in_s=delay_s)
            await asyncio.sleep(delay_s)
            try:
                if model_unusable:
                    self._command = await train_if_needed(self._command, self._patience.training_s)
                ENGINE_RESTARTS.inc()
                return await self._command.start("serve")
            except (EngineFailed, OSError) as error:
                # Whatever keeps it from starting now (memory, files, a changed environment) may pass.
                # Its sentence is the trainer's or the system's, for the operator; no member's words come near it.
                log.error("engine.not_started", error=type(error).__name__, reason=str(error))

    async def _wait_for_end(self, process: asyncio.subprocess.Process, *, is_up: bool) -> int:
        """Waits until the engine has ended, and ends it when it hangs; returns its exit status."""
        looking = asyncio.create_task(self._end_when_hanging(process, is_up=is_up), name="engine-looks")
        try:
            return await process.wait()
        finally:
            self._failed_looks = 0
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _end_when_hanging(self, process: asyncio.subprocess.Process, *, is_up: bool) -> None:
        deadline = time.monotonic() + self._patience.start_s
        while not is_up:
            await asyncio.sleep(self._patience.look_every_s)
            started = time.monotonic()
            # It listens once it is loaded, and refuses before: whoever keeps a look waiting is up, and hangs.
            is_up = await self._looks_alive() or self._was_kept_waiting(started)
            if not is_up and time.monotonic() > deadline:
                log.error("engine.start_too_slow", after_s=self._patience.start_s)
                _kill(process)
                return
        while self._failed_looks < self._patience.looks:
            await asyncio.sleep(self._patience.look_every_s)
            started = time.monotonic()
            if await self._looks_alive():
                self._failed_looks = 0
            elif not self._had_no_time(started):
                self._failed_looks += 1
                log.warning("engine.no_sign_of_life", looks=self._failed_looks)
        log.error("engine.hanging", looks=self._failed_looks)
        _kill(process)

    def _was_kept_waiting(self, since: float) -> bool:
        return time.monotonic() - since >= self._patience.look_s and not self._had_no_time(since)

    def _had_no_time(self, since: float) -> bool:
        return time.monotonic() - since >= self._patience.look_s + self._patience.own_delay_s

    async def _looks_alive(self) -> bool:
        try:
            return await self._is_alive(self._patience.look_s)
        except Exception as error:
            # The watch must go on, whatever is wrong with one look.
            log.error("engine.look_failed", error=type(error).__name__)
            return False


def _kill(process: asyncio.subprocess.Process) -> None:
    # It may have ended by itself just now.
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _stop(process: asyncio.subprocess.Process, *, by_force: bool = False) -> None:
    if process.returncode is not None:
        return
    if not by_force:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
            return
        except asyncio.TimeoutError:
            pass
    _kill(process)
    await process.wait()
