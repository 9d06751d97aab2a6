"""What does texting need of the conversations? The intake that takes a message, and the record of the last ones."""

from __future__ import annotations

from typing import Protocol

from bot.conversations.model import Channel, Conversation, ConversationId, Message, Turn


class SmsIntake(Protocol):
    """The intake, as texting needs it."""

    async def open_or_resume_sms(
        self, *, member_address: str, plan_address: str, plan_id: str | None, locale: str = "en", text: str = ""
    ) -> tuple[Conversation, bool]:
        """The conversation between these two numbers, and whether it began just now, with this first `text`."""
        ...

    async def receive(
        self,
        conversation: Conversation,
        *,
        client_message_id: str,
        text: str | None = None,
        choice: str | None = None,
        channel: Channel = Channel.WEB,
        asks_engine: bool = True,
    ) -> Turn:
        """Takes one message; its answer goes out through deliveries. Raises ConversationClosed, UnknownChoice.

        Without `asks_engine` there is an apology in place of the engine's answer.
        """
        ...

    async def note_from_opted_out(self, conversation: Conversation, *, message_sid: str, text: str) -> None:
        """Keeps the words with no reply, for who may not or need not be texted; danger is put before a coach."""
        ...

    async def request_handoff_silently(self, conversation: Conversation) -> None:
        """Puts the conversation before the coaches with no reply, for who may not be texted."""
        ...

    async def speak(self, conversation: Conversation, locale: str) -> None:
        """From now on the gateway's own words come in this language. Raises ConversationClosed."""
        ...


class Transcript(Protocol):
    """The record, as texting needs it."""

    async def list_messages(self, conversation_id: ConversationId, *, after: int = 0) -> tuple[Message, ...]:
        """The messages after `seq`, in order."""
        ...

    async def find_by_addresses(self, member_address: str, plan_address: str) -> Conversation | None:
        """The open conversation of this phone with this number of the plan; it may have expired."""
        ...
