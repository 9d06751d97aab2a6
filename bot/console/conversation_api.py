"""What does a coach do with a conversation? Read, claim, write, note, give back, close, hand on."""

from __future__ import annotations

from aiohttp import web

from bot.console.door import SIGNED
from bot.console.requests import (
    ClaimConversation,
    FinishConversation,
    TransferConversation,
    WriteMessage,
    WriteNote,
)
from bot.console.views import view_conversation, view_desk_message, view_desk_messages, view_handled, view_note
from bot.conversations.handoff import CoachId, NotHolder
from bot.conversations.handoff_service import HandoffService
from bot.conversations.ids import is_id
from bot.conversations.model import ConversationNotFound
from bot.conversations.service import ConversationService
from bot.http.reading import read_body, read_seq
from bot.http.views import view_state


class ConversationApi:
    """The handlers, named as the operations are."""

    def __init__(self, handoffs: HandoffService, conversations: ConversationService) -> None:
        self._handoffs = handoffs
        self._conversations = conversations

    async def show_conversation(self, request: web.Request) -> web.Response:
        """All of it; that the coach looked is recorded."""
        return web.json_response(view_conversation(await self._handoffs.view_conversation(_id(request), _me(request))))

    async def list_desk_messages(self, request: web.Request) -> web.Response:
        """The messages after a seq, and where the conversation stands."""
        messages = await self._handoffs.list_messages_for_coach(_id(request), read_seq(request, "after") or 0)
        texting = await self._handoffs.read_texting(_id(request))
        conversation = await self._conversations.get_conversation(_id(request))
        return web.json_response(
            {
                "messages": view_desk_messages(messages, texting.deliveries),
                "version": conversation.handoff_version,
                "state": view_state(self._conversations.read_state(conversation)),
                "opted_out": texting.opted_out,
            }
        )

    async def claim_conversation(self, request: web.Request) -> web.Response:
        """Takes a waiting conversation."""
        body = await read_body(request, ClaimConversation)
        return web.json_response(view_handled(await self._handoffs.claim(_id(request), _me(request), body.version)))

    async def write_message(self, request: web.Request) -> web.Response:
        """Writes to the member."""
        body = await read_body(request, WriteMessage)
        message = await self._handoffs.write(
            _id(request), _me(request), body.version, str(body.client_message_id), body.text
        )
        # Writing changes no hands: the version that was right is right still.
        return web.json_response({"message": view_desk_message(message), "version": body.version})

    async def add_note(self, request: web.Request) -> web.Response:
        """Keeps a private note."""
        body = await read_body(request, WriteNote)
        note = await self._handoffs.add_note(_id(request), _me(request), body.text)
        return web.json_response({"note": view_note(note)}, status=201)

    async def return_conversation(self, request: web.Request) -> web.Response:
        """Gives the conversation back to the assistant."""
        body = await read_body(request, FinishConversation)
        handled = await self._handoffs.give_back(_id(request), _me(request), body.version, body.outcome, body.note)
        return web.json_response(view_handled(handled))

    async def end_conversation(self, request: web.Request) -> web.Response:
        """Ends the conversation."""
        body = await read_body(request, FinishConversation)
        handled = await self._handoffs.close(_id(request), _me(request), body.version, body.outcome, body.note)
        return web.json_response(view_handled(handled))

    async def transfer_conversation(self, request: web.Request) -> web.Response:
        """Hands the conversation to another coach."""
        body = await read_body(request, TransferConversation)
        handled = await self._handoffs.transfer(_id(request), _me(request), body.version, CoachId(body.coach_id))
        return web.json_response(view_handled(handled))

    async def tell_typing(self, request: web.Request) -> web.Response:
        """Tells the member that their coach is writing."""
        await self.show_typing(_id(request), _me(request))
        return web.Response(status=204)

    async def show_typing(self, conversation_id: str, coach_id: CoachId) -> None:
        """The same for the socket. Raises ConversationNotFound, NotHolder."""
        conversation = await self._conversations.get_conversation(conversation_id)
        if conversation.coach is None or conversation.coach.id != coach_id:
            raise NotHolder
        self._handoffs.show_typing(conversation_id)


def _id(request: web.Request) -> str:
    """The conversation's id in the address. Raises ConversationNotFound for what cannot be one."""
    conversation_id = request.match_info["id"]
    if not is_id(conversation_id):
        raise ConversationNotFound
    return conversation_id


def _me(request: web.Request) -> CoachId:
    return request[SIGNED].coach.id
