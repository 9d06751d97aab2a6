"""May this caller do this, and this often? The token's one door, and the limits for clients and conversations."""

from __future__ import annotations

import time

from aiohttp import web

from bot.channels.rate_limit import RateLimits
from bot.channels.web.reading import read_token
from bot.conversations.model import Conversation
from bot.conversations.service import ConversationService
from bot.http.rate_limit import RateLimiter
from bot.http.reading import read_client


class Gatekeeper:
    """Lets requests in, or refuses them before they cost anything."""

    def __init__(self, conversations: ConversationService, limits: RateLimits, trusted_proxies: int) -> None:
        self._conversations = conversations
        self._trusted_proxies = trusted_proxies
        self._requests = RateLimiter(limits.requests, time.monotonic)
        self._openings = RateLimiter(limits.conversations, time.monotonic)
        self._messages = RateLimiter(limits.messages, time.monotonic)
        self._messages_in = RateLimiter(limits.conversation_messages, time.monotonic)

    async def access(self, request: web.Request) -> Conversation:
        """The conversation of the address, if the bearer token opens it. Raises ConversationNotFound."""
        return await self._conversations.access_conversation(request.match_info["id"], read_token(request))

    def check_request(self, request: web.Request) -> None:
        """Any request of this client. Raises RateLimited."""
        self._requests.check(self.client_of(request))

    def check_opening(self, request: web.Request) -> None:
        """One more conversation of this client. Raises RateLimited."""
        self._openings.check(self.client_of(request))

    def check_message(self, request: web.Request) -> None:
        """One more message of this client. Raises RateLimited."""
        self._messages.check(self.client_of(request))

    def check_message_in(self, conversation: Conversation) -> None:
        """One more message in this conversation, from whichever page. Raises RateLimited."""
        self._messages_in.check(conversation.id)

    def client_of(self, request: web.Request) -> str:
        """The address that the limits are counted for."""
        return read_client(request, self._trusted_proxies)
