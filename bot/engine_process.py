"""How the embedded engine is trained, started, watched and stopped: it runs as a child of the app process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import structlog

from bot.failures import OperatorError

log = structlog.get_logger()

STOP_TIMEOUT_S = 3.0
# A crash loop must not eat the machine; a single crash must not keep members waiting.
FIRST_RESTART_DELAY_S = 0.5
LONGEST_RESTART_DELAY_S = 30.0
# An engine that ran this long was healthy: its next crash starts the delays from the beginning.
HEALTHY_AFTER_S = 60.0


class EngineFailed(OperatorError):
    """The engine cannot be trained or started."""


@dataclass(frozen=True)
class EngineCommand:
    """How to call the engine environment: its Python and the settings that the engine reads from its environment."""

    python: Path
    environment: Mapping[str, str]
    log_stream: TextIO

    async def start(self, verb: str) -> asyncio.subprocess.Process:
        """Starts `python -m bot.engine <verb>`. Raises EngineFailed when there is no such Python."""
        if not self.python.exists():
            raise EngineFailed(
                f"There is no engine environment at {self.python}: run `make run` once, "
                "or set GENE_GUIDE_ENGINE_PYTHON to its Python."
            )
        return await asyncio.create_subprocess_exec(
            str(self.python),
            "-m",
            "bot.engine",
            verb,
            # The engine ends itself when this pipe closes, so that it never outlives us, not even after a kill -9.
            stdin=asyncio.subprocess.PIPE,
            # The serving engine writes the log; of the trainer the last line is kept, which says what went wrong.
            stderr=self.log_stream if verb == "serve" else asyncio.subprocess.PIPE,
            env={**os.environ, **self.environment},
            # A Ctrl-C in the terminal reaches us alone; we stop the engine in order.
            start_new_session=True,
        )


async def train_if_needed(command: EngineCommand) -> None:
    """Trains the model where it is missing or older than its data; progress goes to the terminal.

    Raises EngineFailed; the trainer has then said why.
    """
    process = await command.start("train")
    assert process.stderr is not None  # noqa: S101 - `start` opened it
    try:
        said = await process.stderr.read()
        status = await process.wait()
    finally:
        await _stop(process)
    if status != 0:
        lines = said.decode(errors="replace").strip().splitlines()
        raise EngineFailed(lines[-1] if lines else f"The model could not be trained (exit status {status}).")


class EngineProcess:
    """The running engine: started again when it dies, with growing delays, until it is stopped."""

    def __init__(self, command: EngineCommand, is_ready: Callable[[], Awaitable[bool]]) -> None:
        self._command = command
        self._is_ready = is_ready
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts the engine and returns at once; `wait_until_ready` tells when it can take turns."""
        self._process = await self._command.start("serve")
        self._watcher = asyncio.create_task(self._keep_running(), name="engine-watcher")

    async def wait_until_ready(self, timeout_s: float) -> None:
        """Waits for readiness. Raises EngineFailed when the engine dies first or takes longer."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if await self._is_ready():
                return
            if self._process is not None and self._process.returncode is not None:
                raise EngineFailed(f"The engine stopped while starting (exit status {self._process.returncode}).")
            await asyncio.sleep(0.1)
        raise EngineFailed(f"The engine was not ready within {timeout_s:.0f} s.")

    async def stop(self) -> None:
        """Stops the engine, by force after 3 s; nothing is left running."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._process is not None:
            await _stop(self._process)

    async def _keep_running(self) -> None:
        delay_s = FIRST_RESTART_DELAY_S
        while True:
            assert self._process is not None  # noqa: S101 - set by start, before this task exists
            started = time.monotonic()
            status = await self._process.wait()
            if time.monotonic() - started > HEALTHY_AFTER_S:
                delay_s = FIRST_RESTART_DELAY_S
            log.error("engine.died", status=status, restart_in_s=delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, LONGEST_RESTART_DELAY_S)
            self._process = await self._start_again()

    async def _start_again(self) -> asyncio.subprocess.Process:
        while True:
            try:
                return await self._command.start("serve")
            except (EngineFailed, OSError) as error:
                # Whatever keeps it from starting now (memory, files, a changed environment) may pass.
                log.error("engine.not_started", error=type(error).__name__, restart_in_s=LONGEST_RESTART_DELAY_S)
                await asyncio.sleep(LONGEST_RESTART_DELAY_S)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
