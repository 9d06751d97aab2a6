"""How does the engine process come up, and how does it go down?"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from pathlib import Path

import structlog
from aiohttp import web

from bot.engine.actions_endpoint import ActionsConnection, check_results_in_the_connection
from bot.engine.loading import load_agent
from bot.engine.server import create_app
from bot.engine.settings import EngineSettings
from bot.engine.tracker_store import DialogueStore
from bot.engine.turns import TurnTaker

log = structlog.get_logger()

_STOP_TIMEOUT_S = 2.0


async def serve(settings: EngineSettings, model: Path) -> None:
    """Loads the model, takes turns until SIGTERM or SIGINT, and closes what it opened.

    Raises ModelUnusable, ValueError for a database address, and OSError when the port is taken.
    """
    started = time.monotonic()
    log.info("engine.starting", pid=os.getpid(), host=settings.host, port=settings.port)
    agent = load_agent(model)
    check_results_in_the_connection()
    # The first reading loads what Rasa loads late; no member should wait for it.
    await agent.parse_message("?")
    _keep_out_of_collections()
    store = DialogueStore(settings.database_url)
    actions = ActionsConnection(settings.actions_url, settings.actions_secret)
    turns = TurnTaker(agent, store, actions)
    runner = web.AppRunner(
        create_app(turns, store, settings.secret),
        access_log=None,
        shutdown_timeout=_STOP_TIMEOUT_S,
        # A turn that nobody waits for any more is given up, so that the dialogue does not move on unseen.
        handler_cancellation=True,
    )
    try:
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        port = runner.addresses[0][1]
        log.info(
            "engine.ready",
            pid=os.getpid(),
            host=settings.host,
            port=port,
            model_id=turns.model_id,
            ms=round((time.monotonic() - started) * 1000),
        )
        await _until_signalled()
        log.info("engine.stopping")
        stopping = time.monotonic()
    finally:
        await runner.cleanup()
        await actions.close()
        await store.close()
    log.info("engine.stopped", ms=round((time.monotonic() - stopping) * 1000))


def _keep_out_of_collections() -> None:
    """What was built until now stays to the end, so no collection need look through it.

    It would stop all turns for some tenths of a second, and take most of the time in which the process ends.
    """
    gc.collect()
    gc.freeze()


async def _until_signalled() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
