"""How does a page hear of everything at once? One WebSocket: catch up, then live, each message once and in order."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID
from weakref import WeakSet

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.intake import Intake
from bot.channels.web.frames import AckFrame, AuthFrame, ClientMessageFrame, ClientTypingFrame
from bot.channels.web.gatekeeper import Gatekeeper
from bot.channels.web.problems import describe
from bot.channels.web.reading import words_in
from bot.conversations.live import LiveEvent, LiveHub, Refusal, Subscription, TokenReplaced, Typing
from bot.conversations.model import Author, Channel, Conversation, ConversationNotFound, Message, State
from bot.conversations.service import ConversationService
from bot.http.problems import refuse, refuse_field
from bot.http.rate_limit import RateLimited
from bot.http.reading import MAX_BODY_BYTES, parse_json, read_model, read_seq
from bot.http.sockets import leave, refusal_frame
from bot.http.views import JsonObject, view_message, view_state
from bot.request_ids import make_request_id, request_id_bound

log = structlog.get_logger()

PROTOCOL = "gene-guide.v1"
_TOKEN_PREFIX = "token."  # noqa: S105 - the subprotocol's name for it
_AUTH_TIMEOUT_S = 10.0
_HEARTBEAT_S = 25.0
# How long a page is waited for to say goodbye.
_GOODBYE_S = 2.0
_MAX_MESSAGES_IN_FLIGHT = 16

# Application close codes, after the HTTP status that says the same.
NOT_FOUND = 4404


class SocketApi:
    """The socket route, and what is still open or under way when the process stops."""

    def __init__(
        self, intake: Intake, conversations: ConversationService, live: LiveHub, gatekeeper: Gatekeeper
    ) -> None:
        self._intake = intake
        self._conversations = conversations
        self._live = live
        self._gatekeeper = gatekeeper
        self._open: WeakSet[web.WebSocketResponse] = WeakSet()
        self._turns: set[asyncio.Task[None]] = set()

    async def open_socket(self, request: web.Request) -> web.StreamResponse:
        """Serves one page until it leaves, falls behind, or its token expires."""
        socket = web.WebSocketResponse(
            heartbeat=_HEARTBEAT_S,
            max_msg_size=MAX_BODY_BYTES,
            timeout=_GOODBYE_S,
            protocols=(PROTOCOL,),
            compress=False,
        )
        if not socket.can_prepare(request).ok:
            raise refuse(426, "UPGRADE_REQUIRED", headers={"Upgrade": "websocket"})
        after = read_seq(request, "after")
        token = _token_among_protocols(request)
        conversation_id = request.match_info["id"]
        if token is not None:
            await self._conversations.access_conversation(conversation_id, token)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            if token is None:
                token, after = await _read_auth(socket)
            # From here on nothing is missed: the line is open before the record is read.
            line = self._live.subscribe(conversation_id)
            try:
                conversation = await self._conversations.access_conversation(conversation_id, token)
                page = _Page(socket, self._intake, self._conversations, conversation, line, after)
                await self._intake.take_up(conversation)
                await self._serve(page, request, token)
            finally:
                self._live.unsubscribe(conversation_id, line)
        except ConversationNotFound:
            await socket.close(code=NOT_FOUND, message=ConversationNotFound.code.encode())
        except ConnectionError:
            log.debug("socket.lost", conversation_id=conversation_id)
        except Exception as error:
            problem = describe(error)
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=problem.code.encode())
        return socket

    async def finish(self, timeout_s: float) -> None:
        """Lets the messages under way be answered, for so long."""
        if self._turns:
            await asyncio.wait(tuple(self._turns), timeout=timeout_s)

    async def stop(self) -> None:
        """Closes every socket."""
        await leave(self._open)

    async def _serve(self, page: _Page, request: web.Request, token: str) -> None:
        tasks = {
            asyncio.ensure_future(work)
            for work in (
                page.write(),
                self._read(page, request, token),
                page.line.dropped.wait(),
                asyncio.sleep(self._conversations.time_left(page.conversation).total_seconds()),
            )
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if page.line.dropped.is_set():
                log.warning("socket.dropped", conversation_id=page.conversation.id)
                # It does not read: waiting for it to say goodbye would be waiting for nothing.
                if request.transport is not None:
                    request.transport.abort()
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, page: _Page, request: web.Request, token: str) -> None:
        async for received in page.socket:
            if received.type is not WSMsgType.TEXT:
                continue
            try:
                with self._intake.never_silent_about_danger(words_in(received.data), Channel.WEB):
                    message = _read_frame(received.data)
                    if message is None:
                        continue
                    if isinstance(message, ClientTypingFrame):
                        self._live.publish(page.conversation.id, Typing(Author.MEMBER))
                        continue
                    if len(self._turns_of(page)) >= _MAX_MESSAGES_IN_FLIGHT:
                        raise RateLimited(1)
                    self._gatekeeper.check_message(request)
            except Exception as error:
                page.refuse(error, _find_id(received.data))
                continue
            turn = asyncio.create_task(self._take(page, message, token), name=page.conversation.id)
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)

    def _turns_of(self, page: _Page) -> list[asyncio.Task[None]]:
        return [turn for turn in self._turns if turn.get_name() == page.conversation.id]

    async def _take(self, page: _Page, message: ClientMessageFrame, token: str) -> None:
        client_message_id = str(message.client_message_id)
        try:
            # A page stays for hours: each of its messages has an id of its own.
            with (
                request_id_bound(make_request_id()),
                self._intake.never_silent_about_danger(message.text, Channel.WEB),
            ):
                conversation = await self._conversations.access_conversation(page.conversation.id, token)
                self._gatekeeper.check_message_in(conversation)
                await self._intake.receive(
                    conversation, client_message_id=client_message_id, text=message.text, choice=message.choice
                )
        except Exception as error:
            page.refuse(error, client_message_id)


class _Page:
    """One open page: what it has been sent so far, and the line on which news come."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        intake: Intake,
        conversations: ConversationService,
        conversation: Conversation,
        line: Subscription,
        after: int | None,
    ) -> None:
        self.socket = socket
        self.conversation = conversation
        self.line = line
        self._intake = intake
        self._conversations = conversations
        self._last_seq = conversation.last_seq if after is None else after

    async def write(self) -> None:
        """What was missed, then the state, then everything as it happens."""
        await self._send_missed()
        await self._send(_state_frame(self._conversations.read_state(self.conversation)))
        while True:
            await self._write_event(await self.line.next_event())

    def refuse(self, error: Exception, client_message_id: str | None) -> None:
        """Queues the refusal of a frame behind what is on its way."""
        frame = refusal_frame(describe(error))
        if client_message_id:
            frame["client_message_id"] = client_message_id
        self.line.offer(Refusal(frame))

    async def _write_event(self, event: LiveEvent) -> None:
        if isinstance(event, Message):
            if event.seq == self._last_seq + 1:
                await self._send_message(event)
            elif event.seq > self._last_seq:
                await self._send_missed()
        elif isinstance(event, State):
            await self._send(_state_frame(event))
        elif isinstance(event, Typing):
            if event.author is Author.MEMBER:
                # For the coach's console: the member knows.
                return
            await self._send({"type": "typing", "author": event.author.value})
        elif isinstance(event, TokenReplaced):
            raise ConversationNotFound
        elif isinstance(event, Refusal):
            await self._send(dict(event.frame))

    async def _send_missed(self) -> None:
        conversation = await self._conversations.get_conversation(self.conversation.id)
        if conversation.token_hash != self.conversation.token_hash:
            # A one-time link was opened meanwhile: what is shown to its page is not for this one.
            raise ConversationNotFound
        for message in await self._intake.list_messages(conversation, after=self._last_seq):
            await self._send_message(message)

    async def _send_message(self, message: Message) -> None:
        await self._send({"type": "message", "message": view_message(message)})
        self._last_seq = message.seq

    async def _send(self, frame: JsonObject) -> None:
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))


def _state_frame(state: State) -> JsonObject:
    return {"type": "state", "state": view_state(state)}


def _token_among_protocols(request: web.Request) -> str | None:
    offered = (name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(","))
    return next((name.removeprefix(_TOKEN_PREFIX) for name in offered if name.startswith(_TOKEN_PREFIX)), None)


async def _read_auth(socket: web.WebSocketResponse) -> tuple[str, int | None]:
    """Token and resume point of the first frame. Raises ConversationNotFound for anything else."""
    try:
        frame = read_model(parse_json(await socket.receive_str(timeout=_AUTH_TIMEOUT_S)), AuthFrame)
    except Exception:
        # Silence, a closed line or nonsense: whoever cannot say a token gets what a wrong token gets.
        raise ConversationNotFound from None
    return frame.token, frame.after


def _find_id(text: str) -> str | None:
    """The client_message_id of a frame that was refused, so that its page knows which one."""
    try:
        frame = parse_json(text)
        return str(UUID(frame["client_message_id"])) if isinstance(frame, dict) else None
    except Exception:
        # Whatever else stands there is not repeated.
        return None


def _read_frame(text: str) -> ClientMessageFrame | ClientTypingFrame | None:
    """A member's message or their writing one, or None for frames that mean nothing more. Raises Refused."""
    frame = parse_json(text)
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind == "message":
        return read_model(frame, ClientMessageFrame)
    if kind == "typing":
        return read_model(frame, ClientTypingFrame)
    if kind == "ack":
        read_model(frame, AckFrame)
    elif kind != "auth":
        raise refuse_field("type", "UNKNOWN_VALUE")
    return None
