"""How does a console follow one conversation? What it missed, where it stands, then everything as it happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.console.views import view_desk_message
from bot.conversations.handoff_service import HandoffService
from bot.conversations.live import LiveHub, Subscription, Typing
from bot.conversations.model import Author, Message, State
from bot.conversations.service import ConversationService
from bot.http.operations import MAX_SEQ
from bot.http.views import JsonObject, view_state

Send = Callable[[JsonObject], Awaitable[None]]

# What limits a member's pages is no measure for those who serve them.
MAX_CONSOLES = 500


class FellBehind(Exception):
    """The console does not read its line: it must begin again, and ask for what it missed."""


class Watching:
    """Follows conversations for consoles."""

    def __init__(self, handoffs: HandoffService, conversations: ConversationService, live: LiveHub) -> None:
        self._handoffs = handoffs
        self._conversations = conversations
        self._live = live

    async def follow(self, conversation_id: str, after: int, send: Send) -> None:
        """Sends frames until it is cancelled. Raises ConversationNotFound, FellBehind, StoreUnavailable."""
        # Before the line is opened: no topic but a conversation that asked for a person.
        await self._handoffs.list_messages_for_coach(conversation_id, MAX_SEQ)
        line = self._live.subscribe(conversation_id, limit=MAX_CONSOLES, is_console=True)
        try:
            last = await self._send_missed(conversation_id, after, send)
            await self._send_state(conversation_id, send)
            while True:
                last = await self._send_next(conversation_id, line, last, send)
        finally:
            self._live.unsubscribe(conversation_id, line)

    async def _send_next(self, conversation_id: str, line: Subscription, last: int, send: Send) -> int:
        event = await line.next_event()
        if line.dropped.is_set():
            raise FellBehind
        if isinstance(event, Message):
            if event.seq == last + 1:
                await send(_message_frame(conversation_id, event))
                return event.seq
            if event.seq > last:
                return await self._send_missed(conversation_id, last, send)
        elif isinstance(event, State):
            await self._send_state(conversation_id, send)
        elif isinstance(event, Typing) and event.author is not Author.COACH:
            await send({"type": "typing", "conversation_id": conversation_id, "author": event.author.value})
        return last

    async def _send_missed(self, conversation_id: str, after: int, send: Send) -> int:
        for message in await self._handoffs.list_messages_for_coach(conversation_id, after):
            await send(_message_frame(conversation_id, message))
            after = message.seq
        return after

    async def _send_state(self, conversation_id: str, send: Send) -> None:
        # Read anew, because the version must be the one of this state and of no other.
        conversation = await self._conversations.get_conversation(conversation_id)
        await send(
            {
                "type": "state",
                "conversation_id": conversation_id,
                "state": view_state(self._conversations.read_state(conversation)),
                "version": conversation.handoff_version,
            }
        )


def _message_frame(conversation_id: str, message: Message) -> JsonObject:
    return {"type": "message", "conversation_id": conversation_id, "message": view_desk_message(message)}
