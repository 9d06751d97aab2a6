"""How do the app's processes start, say that they are ready, and stop?"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
from aiohttp import web

from actions.server import ROUTE
from bot.app import build_actions, build_gateway, build_metrics, open_core, prepare_database
from bot.core import Core
from bot.engine_client import EngineClient
from bot.engine_process import EngineCommand, EngineProcess, train_if_needed
from bot.failures import StartFailed
from bot.http.metrics_app import ROUTE as METRICS
from bot.http.metrics_app import create_metrics_app
from bot.http.ports import free_port
from bot.http.server import Server
from bot.lifecycle import Lifecycle, told_in_log
from bot.settings import Settings, SettingsError
from knowledge.bootstrap import warm_up

# Whoever stops us waits for 5 s. A turn takes 2.8 s at most; the goodbyes and the end of the engine come after it.
DRAIN_S = 2.95
_SHORT_DRAIN_S = 0.3
# Whatever still hangs then (a database that does not answer) does not keep us: everything that counts is in the record.
CUT_OFF_AFTER_S = 4.7
_CUT_OFF = 1
# A log that nobody reads on does not keep us, either.
_LAST_LINE_S = 0.2
_STOPPED_BEFORE_READY = 130

log = structlog.get_logger()


async def run_everything(settings: Settings) -> int:
    """Starts the whole product on this machine and serves until SIGINT or SIGTERM; returns the exit status.

    Raises StartFailed, EngineFailed, SettingsError, StoreUnavailable.
    """
    _allow_many_connections()
    async with AsyncExitStack() as stack:
        life = stack.enter_context(told_in_log(settings))
        # Both ports first: a busy one is said before a minute of training.
        members = stack.enter_context(_bind(settings.host, settings.port, "PORT"))
        actions = stack.enter_context(_bind(settings.actions_host, settings.actions_port, "ACTIONS_PORT"))
        metrics = stack.enter_context(_bind(settings.metrics_host, settings.metrics_port, "METRICS_PORT"))
        listeners = _Listeners(members, actions, metrics)
        stopped = _stop_signals()
        waiting = asyncio.create_task(stopped.wait())
        starting = asyncio.create_task(_start_everything(settings, stack, life, listeners))
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            life.stopping()
            await asyncio.gather(starting, return_exceptions=True)
            return _STOPPED_BEFORE_READY
        starting.result()
        _keep_out_of_collections()
        life.ready(port=_port(members), actions_port=_port(actions), metrics_port=_port(metrics))
        _say_ready(settings, members, metrics)
        await waiting
        life.stopping()
        print("Stopping ...", flush=True)
    return 0


async def run_gateway(settings: Settings) -> int:
    """Serves members alone; engine and actions run elsewhere. Raises StartFailed, SettingsError."""
    if not settings.engine_url:
        raise SettingsError("The gateway alone needs GENE_GUIDE_ENGINE_URL and GENE_GUIDE_ENGINE_SECRET.")
    _allow_many_connections()
    async with AsyncExitStack() as stack:
        life = stack.enter_context(told_in_log(settings))
        listener = stack.enter_context(_bind(settings.host, settings.port, "PORT"))
        metrics = stack.enter_context(_bind(settings.metrics_host, settings.metrics_port, "METRICS_PORT"))
        core = await stack.enter_async_context(open_core(settings))
        engine = EngineClient(settings.engine_url, settings.engine_secret.get_secret_value(), settings.engine_timeout_s)
        stack.push_async_callback(engine.close)
        await _serve(stack, build_metrics(core, engine), metrics)
        gateway = build_gateway(settings, core, engine, _address(listener))
        await _serve(stack, gateway, listener, drain_s=DRAIN_S, drained=life.drained)
        _keep_out_of_collections()
        life.ready(port=_port(listener), metrics_port=_port(metrics))
        _say_ready(settings, listener, metrics)
        await _stop_signals().wait()
        life.stopping()
    return 0


async def run_actions(settings: Settings) -> int:
    """Serves the custom actions alone. Raises StartFailed, SettingsError."""
    secret = settings.actions_secret.get_secret_value()
    if not secret:
        raise SettingsError("The actions alone need GENE_GUIDE_ACTIONS_SECRET.")
    async with AsyncExitStack() as stack:
        life = stack.enter_context(told_in_log(settings, "actions"))
        listener = stack.enter_context(_bind(settings.actions_host, settings.actions_port, "ACTIONS_PORT"))
        metrics = stack.enter_context(_bind(settings.metrics_host, settings.metrics_port, "METRICS_PORT"))
        core = await stack.enter_async_context(open_core(settings))
        await asyncio.to_thread(warm_up)
        _prepare_search(stack, core)
        await _serve(stack, create_metrics_app(), metrics)
        await _serve(stack, build_actions(core, secret), listener)
        _keep_out_of_collections()
        life.ready(actions_port=_port(listener), metrics_port=_port(metrics))
        print(f"The actions are ready: {_address(listener)}{ROUTE}", flush=True)
        print(f"Their figures: {_address(metrics)}{METRICS}", flush=True)
        await _stop_signals().wait()
        life.stopping()
    return 0


@dataclass(frozen=True)
class _Listeners:
    """Where the product is reached: by members and coaches, by the engine alone, and by the operator alone."""

    members: socket.socket
    actions: socket.socket
    metrics: socket.socket


async def _start_everything(settings: Settings, stack: AsyncExitStack, life: Lifecycle, listeners: _Listeners) -> None:
    engine_secret, actions_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    engine_port = free_port()
    command = EngineCommand(
        settings.engine_python,
        {
            "GENE_GUIDE_ENGINE_HOST": "127.0.0.1",
            "GENE_GUIDE_ENGINE_PORT": str(engine_port),
            "GENE_GUIDE_ENGINE_SECRET": engine_secret,
            "GENE_GUIDE_ACTIONS_URL": f"{_address(listeners.actions)}{ROUTE}",
            "GENE_GUIDE_ACTIONS_SECRET": actions_secret,
            "GENE_GUIDE_DATABASE_URL": settings.database_url,
            "GENE_GUIDE_MODEL": str(settings.models_dir),
            "GENE_GUIDE_LOG_LEVEL": settings.log_level,
        },
        life.log_stream,
    )
    core = await stack.enter_async_context(open_core(settings))
    # The database is prepared while the engine, the slowest part, comes up.
    preparing = asyncio.create_task(asyncio.to_thread(prepare_database, core.database, demo=settings.demo))
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    try:
        command = await train_if_needed(command)
        engine, client = await _start_engine(settings, stack, command, engine_port, engine_secret)
    finally:
        report = await preparing
    print(report, flush=True)
    await warming
    _prepare_search(stack, core)
    await _serve(stack, build_actions(core, actions_secret), listeners.actions)
    await _serve(stack, build_metrics(core, client), listeners.metrics)
    # Before the engine is there: who writes already gets an apology and the way to a coach, and coaches can work.
    gateway = build_gateway(settings, core, client, _address(listeners.members))
    # The engine ends beside the goodbyes: it takes its time.
    await _serve(stack, gateway, listeners.members, drain_s=DRAIN_S, drained=life.drained, then=engine.stop)
    await engine.wait_until_ready()


def _prepare_search(stack: AsyncExitStack, core: Core) -> None:
    """Indexes what is on file beside everything else; a question that comes earlier waits for it."""

    def look(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            # The next question that is looked up tries again.
            log.warning("search.not_prepared", error=type(error).__name__, code=getattr(error, "code", None))

    preparing = asyncio.create_task(core.knowledge.search.prepare())
    preparing.add_done_callback(look)
    stack.callback(preparing.cancel)


async def _start_engine(
    settings: Settings, stack: AsyncExitStack, command: EngineCommand, port: int, secret: str
) -> tuple[EngineProcess, EngineClient]:
    client = EngineClient(f"http://127.0.0.1:{port}", secret, settings.engine_timeout_s)
    stack.push_async_callback(client.close)

    async def engine_is_ready() -> bool:
        return (await client.is_ready()).ready

    engine = EngineProcess(command, engine_is_ready, client.is_alive)
    stack.push_async_callback(engine.stop)
    print("Starting the engine ...", flush=True)
    await engine.start()
    return engine, client


async def _serve(
    stack: AsyncExitStack,
    app: web.Application,
    listener: socket.socket,
    *,
    drain_s: float = _SHORT_DRAIN_S,
    drained: Callable[[], None] = lambda: None,
    then: Callable[[], Coroutine[object, object, None]] | None = None,
) -> None:
    """Serves until the stack ends; what is under way has `drain_s` then. When it is over, `drained` hears of it, and
    `then` begins."""
    server = Server(app, listener)

    async def stop() -> None:
        await server.drain(drain_s)
        drained()
        following = asyncio.create_task(then()) if then is not None else None
        await server.close()
        if following is not None:
            await following

    stack.push_async_callback(stop)
    await server.start()


def _bind(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Lets a restart take the port at once; it does not share the port with another program that listens.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Listening begins with serving: until then whoever connects is refused at once instead of left waiting.
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartFailed(
            f"Port {port} on {host} cannot be used ({error.strerror}): stop the other program, "
            f"or choose another port with GENE_GUIDE_{setting}."
        ) from None
    return listener


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop_signals() -> asyncio.Event:
    stopped = asyncio.Event()

    def stop() -> None:
        if not stopped.is_set():
            # Both now: a process that only waits for its threads any more begins no others.
            for after_s, end in ((CUT_OFF_AFTER_S, _cut_off), (CUT_OFF_AFTER_S + _LAST_LINE_S, _end)):
                timer = threading.Timer(after_s, end)
                timer.daemon = True
                timer.start()
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    return stopped


def _cut_off() -> None:
    """Ends the process and says so, unless nobody reads on in its log: then `_end` does without."""
    try:
        log.warning("serving.cut_off", after_s=CUT_OFF_AFTER_S)
    finally:
        # Its file may be closed by now.
        _end()


def _end() -> None:
    """Ends the process without waiting for its threads, with a status by which a supervisor sees it."""
    os._exit(_CUT_OFF)


def _allow_many_connections() -> None:
    """Each open page takes a file; the usual limit of 1,024 is one for programs that use `select`, which we do not."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _keep_out_of_collections() -> None:
    """What was built at the start stays for good: no collection of garbage has to look at it again.

    They are some 300,000 objects, and a full collection, seen to take half a second, would come in somebody's turn.
    """
    gc.collect()
    gc.freeze()


def _say_ready(settings: Settings, listener: socket.socket, metrics: socket.socket) -> None:
    address = _address(listener)
    title = "Gene Guide is ready (demo: fictional members, sample data)." if settings.demo else "Gene Guide is ready."
    lines = [title, "", f"  Health   {address}/readyz", f"  API      {address}/api/v1/openapi.json"]
    lines += [f"  Metrics  {_address(metrics)}{METRICS}", f"  Console  {address}/console"]
    if settings.demo:
        lines.append(f"  Phone    {address}/demo/phone")
    if settings.log_file:
        lines.append(f"  Log      {settings.log_file}")
    # The chat's address last, alone on its line: the one to click.
    lines += ["", "Stop with Ctrl-C. Open the chat at", "", f"  {address}/"]
    print("\n".join(lines), flush=True)
