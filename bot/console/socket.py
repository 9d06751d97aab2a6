"""How does a console hear of everything at once? One WebSocket: the desk's news, and the watched conversation."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.console.conversation_api import ConversationApi
from bot.console.door import SIGNED
from bot.console.frames import CoachTypingFrame, WatchFrame
from bot.console.problems import describe
from bot.console.sessions import Sessions, Signed, SignInRequired
from bot.console.watching import MAX_CONSOLES, FellBehind, Watching
from bot.conversations.live import DESK, LiveHub, Subscription
from bot.database import StoreUnavailable
from bot.http.problems import refuse, refuse_field
from bot.http.reading import parse_json, read_model
from bot.http.sockets import leave, refusal_frame
from bot.http.views import JsonObject

log = structlog.get_logger()

_HEARTBEAT_S = 25.0
_GOODBYE_S = 2.0
_MAX_FRAME_BYTES = 4 * 1024
# A session may end by itself, or in another process.
_LOOK_AT_SESSION_S = 15.0
# A hundred changes in a moment are one piece of news.
_DESK_PAUSE_S = 0.2

# An application's close code, after the HTTP status that says the same.
SIGNED_OUT = 4401


class DeskSocketApi:
    """The socket route, and the consoles that are connected."""

    def __init__(self, sessions: Sessions, conversations: ConversationApi, watching: Watching, live: LiveHub) -> None:
        self._sessions = sessions
        self._conversations = conversations
        self._watching = watching
        self._live = live
        self._consoles: set[_Console] = set()
        sessions.on_end(self._tell_ended)

    async def open_desk_socket(self, request: web.Request) -> web.StreamResponse:
        """Serves one console until it leaves, falls behind, or is signed out."""
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S, max_msg_size=_MAX_FRAME_BYTES, timeout=_GOODBYE_S, compress=False
        )
        if not socket.can_prepare(request).ok:
            raise refuse(426, "UPGRADE_REQUIRED", headers={"Upgrade": "websocket"})
        desk = self._live.subscribe(DESK, limit=MAX_CONSOLES, is_console=True)
        console = _Console(socket, request[SIGNED], desk)
        try:
            await socket.prepare(request)
            self._consoles.add(console)
            await self._serve(console)
        except ConnectionError:
            log.debug("console.line_lost", coach_id=console.signed.coach.id)
        finally:
            self._consoles.discard(console)
            self._live.unsubscribe(DESK, desk)
        return socket

    async def stop(self) -> None:
        """Closes every line."""
        await leave(console.socket for console in self._consoles)

    def _tell_ended(self, key: str) -> None:
        for console in self._consoles:
            if console.signed.key == key:
                console.ended.set()

    async def _serve(self, console: _Console) -> None:
        tasks = {
            asyncio.ensure_future(work)
            for work in (
                self._read(console),
                console.drain_desk(),
                console.tell_desk(),
                self._look_at_session(console),
                console.ended.wait(),
                console.behind.wait(),
            )
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            console.watch(None)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if console.ended.is_set():
            with suppress(ConnectionError):
                await console.send({"type": "signed_out"})
        await console.socket.close(code=SIGNED_OUT if console.ended.is_set() else WSCloseCode.TRY_AGAIN_LATER)

    async def _look_at_session(self, console: _Console) -> None:
        while True:
            await asyncio.sleep(_LOOK_AT_SESSION_S)
            try:
                await self._sessions.find(console.signed.token)
            except SignInRequired:
                console.ended.set()
            except StoreUnavailable:
                log.warning("console.session_unknown", coach_id=console.signed.coach.id)

    async def _read(self, console: _Console) -> None:
        async for received in console.socket:
            if received.type is not WSMsgType.TEXT:
                continue
            try:
                await self._take(console, received.data)
            except Exception as error:
                await console.refuse(error)

    async def _take(self, console: _Console, text: str) -> None:
        """One frame of the console. Raises Refused, ConversationNotFound, NotHolder."""
        frame = parse_json(text)
        kind = frame.get("type") if isinstance(frame, dict) else None
        if kind == "watch":
            watch = read_model(frame, WatchFrame)
            console.watched = watch.conversation_id
            console.watch(asyncio.create_task(self._watch(console, watch)) if watch.conversation_id else None)
        elif kind == "typing":
            read_model(frame, CoachTypingFrame)
            if console.watched is not None:
                await self._conversations.show_typing(console.watched, console.signed.coach.id)
        else:
            raise refuse_field("type", "UNKNOWN_VALUE")

    async def _watch(self, console: _Console, watch: WatchFrame) -> None:
        try:
            await self._watching.follow(watch.conversation_id or "", watch.after, console.send)
        except FellBehind:
            log.warning("console.line_dropped", coach_id=console.signed.coach.id)
            console.behind.set()
        except ConnectionError:
            return
        except Exception as error:
            await console.refuse(error)


class _Console:
    """One connected console: its line to the desk, and what it watches."""

    def __init__(self, socket: web.WebSocketResponse, signed: Signed, desk: Subscription) -> None:
        self.socket = socket
        self.signed = signed
        self.watched: str | None = None
        self.ended = asyncio.Event()
        self.behind = asyncio.Event()
        self._desk = desk
        self._desk_changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def watch(self, task: asyncio.Task[None] | None) -> None:
        """Follows with this task from now on, and with none of the former."""
        if self._task is not None:
            self._task.cancel()
        self._task = task

    async def drain_desk(self) -> None:
        """Takes news of the desk off the line, however slowly the console reads."""
        while True:
            await self._desk.next_event()
            self._desk_changed.set()

    async def tell_desk(self) -> None:
        """Tells the console that something changed, once for all that changed in a moment."""
        while True:
            await self._desk_changed.wait()
            self._desk_changed.clear()
            await self.send({"type": "queue_changed"})
            await asyncio.sleep(_DESK_PAUSE_S)

    async def refuse(self, error: Exception) -> None:
        """Tells why a frame was refused."""
        with suppress(ConnectionError):
            await self.send(refusal_frame(describe(error)))

    async def send(self, frame: JsonObject) -> None:
        """Sends one frame. Raises ConnectionError when nobody is there any more."""
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))
