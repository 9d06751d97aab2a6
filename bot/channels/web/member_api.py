"""What does each route of the member API do? Check the request, call the intake, write the answer."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.channels.intake import Intake, Standing
from bot.channels.web.gatekeeper import Gatekeeper
from bot.channels.web.identity import IdentityVerifier
from bot.channels.web.schemas import OpenConversation, OpenLink, RateConversation, RequestHandoff, SendMessage
from bot.channels.web.views import view_opened, view_standing, view_turn
from bot.conversations.model import Channel
from bot.conversations.service import ConversationService
from bot.http.problems import refuse, refuse_field
from bot.http.reading import read_body, read_seq
from bot.http.views import JsonObject
from knowledge.policies.model import Plan


class PlanDirectory(Protocol):
    """The plans that a member may name."""

    async def list_plans(self) -> tuple[Plan, ...]:
        """Every plan on file."""
        ...


class MemberApi:
    """The handlers, named as the operations are."""

    def __init__(
        self,
        *,
        intake: Intake,
        conversations: ConversationService,
        plans: PlanDirectory,
        identity: IdentityVerifier | None,
        gatekeeper: Gatekeeper,
        demo: bool,
        document: JsonObject,
    ) -> None:
        self._intake = intake
        self._conversations = conversations
        self._plans = plans
        self._identity = identity
        self._gatekeeper = gatekeeper
        self._demo = demo
        self._document = document

    async def open_conversation(self, request: web.Request) -> web.Response:
        """Begins a conversation."""
        self._gatekeeper.check_opening(request)
        body = await read_body(request, OpenConversation)
        if body.plan is not None and body.plan not in {plan.id for plan in await self._plans.list_plans()}:
            raise refuse_field("plan", "UNKNOWN_VALUE")
        opened = await self._intake.open_conversation(
            channel=Channel(body.channel),
            plan_id=body.plan,
            state=body.state,
            locale=body.locale or "en",
            verified_member_id=await self._identify(body.identity_token),
        )
        state = self._conversations.read_state(opened.conversation)
        return web.json_response(view_opened(opened, state), status=201)

    async def open_link(self, request: web.Request) -> web.Response:
        """Opens a conversation with a one-time link."""
        self._gatekeeper.check_opening(request)
        body = await read_body(request, OpenLink)
        opened = await self._intake.open_link(body.link)
        state = self._conversations.read_state(opened.conversation)
        return web.json_response(view_opened(opened, state), status=201)

    async def send_message(self, request: web.Request) -> web.Response:
        """Takes a member's message."""
        self._gatekeeper.check_message(request)
        body = await read_body(request, SendMessage)
        conversation = await self._gatekeeper.access(request)
        self._gatekeeper.check_message_in(conversation)
        turn = await self._intake.receive(
            conversation, client_message_id=str(body.client_message_id), text=body.text, choice=body.choice
        )
        return web.json_response(view_turn(turn))

    async def list_messages(self, request: web.Request) -> web.Response:
        """The messages after a seq."""
        after = read_seq(request, "after") or 0
        conversation = await self._gatekeeper.access(request)
        messages = await self._intake.list_messages(conversation, after=after)
        # What came after the state was read comes with the state that it made, at the next call.
        messages = tuple(message for message in messages if message.seq <= conversation.last_seq)
        await self._intake.take_up(conversation)
        standing = Standing(messages, self._conversations.read_state(conversation))
        return web.json_response(view_standing(standing))

    async def request_handoff(self, request: web.Request) -> web.Response:
        """Asks for a person."""
        body = await read_body(request, RequestHandoff, required=False)
        conversation = await self._gatekeeper.access(request)
        return web.json_response(
            view_standing(await self._intake.request_handoff(conversation, reason=body.reason or ""))
        )

    async def cancel_handoff(self, request: web.Request) -> web.Response:
        """Withdraws the request, or ends the live part."""
        conversation = await self._gatekeeper.access(request)
        return web.json_response(view_standing(await self._intake.cancel_handoff(conversation)))

    async def close_conversation(self, request: web.Request) -> web.Response:
        """Ends the conversation."""
        conversation = await self._gatekeeper.access(request)
        return web.json_response(view_standing(await self._intake.close_conversation(conversation)))

    async def rate_conversation(self, request: web.Request) -> web.Response:
        """Keeps the member's rating."""
        body = await read_body(request, RateConversation)
        conversation = await self._gatekeeper.access(request)
        await self._intake.rate_conversation(conversation, score=body.score, comment=body.comment)
        return web.Response(status=204)

    async def show_site(self, request: web.Request) -> web.Response:
        """What kind of site this is."""
        plans = [{"id": plan.id, "name": plan.name} for plan in await self._plans.list_plans()]
        return web.json_response({"demo": self._demo, "plans": plans})

    async def show_openapi(self, request: web.Request) -> web.Response:
        """The published document."""
        return web.json_response(self._document)

    async def _identify(self, token: str | None) -> str | None:
        if token is None:
            return None
        if self._identity is None:
            raise refuse(422, "IDENTITY_TOKEN_NOT_ACCEPTED")
        return await self._identity.identify(token)
