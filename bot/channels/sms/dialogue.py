"""How does a text become a message of its conversation? As words, as a choice, as a picture, or heard in silence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from bot.channels.intake import UnknownChoice
from bot.channels.sms.choices import find_choice
from bot.channels.sms.language import tell_language
from bot.channels.sms.model import InboundText
from bot.channels.sms.ports import SmsIntake, Transcript
from bot.channels.sms.rendering import get_labels
from bot.conversations.model import Author, Channel, Conversation, ConversationClosed, Holder, Message
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import StoreUnavailable
from bot.wording import ENGINE_FAILURE

log = structlog.get_logger()

_Result = TypeVar("_Result")

# How far back a choice may lie; the intake takes none that is older.
_RECENT = 20
# After the carrier's id, 34 characters long, the record has room for two.
_PICTURE = "-p"


class TextDialogue:
    """Hands texts to the intake. What it does twice with one text is done once.

    Every method raises StoreUnavailable; a conversation that has just ended is begun anew.
    """

    def __init__(
        self,
        numbers: Mapping[str, str],
        intake: SmsIntake,
        transcript: Transcript,
        clock: Callable[[], datetime],
    ) -> None:
        self._numbers = numbers
        self._intake = intake
        self._transcript = transcript
        self._clock = clock

    async def find_open(self, text: InboundText) -> Conversation | None:
        """The conversation that the text goes on with, if there is one; None also for a fault of ours.

        Who holds it decides how a few words are read: no reason to lose a STOP.
        """
        try:
            found = await self._transcript.find_by_addresses(text.addresses.member, text.addresses.plan)
        except StoreUnavailable:
            raise
        except Exception as error:
            log.error("sms.conversation_unread", sid=text.sid, error=type(error).__name__)
            return None
        if found is None or found.holder in (Holder.WAITING, Holder.COACH) or found.expires_at > self._clock():
            return found
        return None

    async def converse(self, text: InboundText, locale: str, *, wants_coach: bool = False) -> None:
        """Hands the words to the intake, as a choice where they are one."""
        await self._in_open(text, locale, lambda conversation: self._receive(conversation, text, wants_coach))

    async def note(self, text: InboundText, locale: str) -> Conversation | None:
        """Keeps the words with no answer of the assistant; None when there are none."""
        if not text.body.strip():
            return None

        async def keep(conversation: Conversation) -> Conversation:
            await self._intake.note_from_opted_out(conversation, message_sid=text.sid, text=text.body)
            return conversation

        return await self._in_open(text, locale, keep)

    async def note_picture(self, text: InboundText, locale: str) -> bool:
        """Keeps that a picture came, as a message of its own: the words beside it stay what they are.

        True for the first one of the conversation.
        """

        async def keep(conversation: Conversation) -> bool:
            own = text.sid + _PICTURE
            before = await self._transcript.list_messages(conversation.id)
            mark = get_labels(conversation.locale).picture
            await self._intake.note_from_opted_out(conversation, message_sid=own, text=mark)
            return not any(_is_picture(message) for message in before if message.client_message_id != own)

        return await self._in_open(text, locale, keep)

    async def ask_for_coach(self, text: InboundText, locale: str) -> None:
        """Puts the conversation before the coaches, and says nothing."""
        await self._in_open(text, locale, self._intake.request_handoff_silently)

    async def _receive(self, conversation: Conversation, text: InboundText, wants_coach: bool) -> None:
        recent = await self._transcript.list_messages(conversation.id, after=max(0, conversation.last_seq - _RECENT))
        before = next((message for message in recent if message.client_message_id == text.sid), None)
        if before is not None:
            # Recorded before a process ended: what it was taken for then must not change.
            said, choice = before.text, before.choice
        else:
            said, choice = text.body, _read_choice(conversation, recent, text, wants_coach)
            await self._follow_language(conversation, recent, text)
        receive = partial(
            self._intake.receive,
            conversation,
            client_message_id=text.sid,
            text=said,
            channel=Channel.SMS,
            asks_engine=not _waited_in_vain(text, recent),
        )
        if choice is not None:
            try:
                await receive(choice=choice)
                return
            except UnknownChoice:
                log.info("sms.choice_unknown", sid=text.sid)
        await receive()

    async def _follow_language(self, conversation: Conversation, recent: Sequence[Message], text: InboundText) -> None:
        """Two texts in a row in the other language change that of the gateway's own words."""
        language = tell_language(text.body)
        if language is None or language == conversation.locale:
            return
        members = (message for message in reversed(recent) if message.author is Author.MEMBER)
        last = next((message for message in members if message.choice is None and not _is_picture(message)), None)
        if last is not None and tell_language(last.text) == language:
            await self._intake.speak(conversation, language)

    async def _in_open(
        self, text: InboundText, locale: str, work: Callable[[Conversation], Awaitable[_Result]]
    ) -> _Result:
        try:
            return await work(await self._open(text, locale))
        except ConversationClosed:
            # It ended just now; what the member wrote begins a new one.
            return await work(await self._open(text, locale))

    async def _open(self, text: InboundText, locale: str) -> Conversation:
        conversation, is_new = await self._intake.open_or_resume_sms(
            member_address=text.addresses.member,
            plan_address=text.addresses.plan,
            plan_id=self._numbers.get(text.addresses.plan),
            locale=locale,
            text=text.body,
        )
        log.info("sms.conversation", sid=text.sid, conversation_id=conversation.id, is_new=is_new)
        return conversation


def _read_choice(
    conversation: Conversation, recent: Sequence[Message], text: InboundText, wants_coach: bool
) -> str | None:
    if conversation.holder is Holder.COACH:
        # The coach reads the member's own words: "2" may be an age, "nurse" an answer.
        return None
    if wants_coach:
        return HANDOFF_CHOICE
    # What was only shown in the secure chat has no numbers on the phone, and what was offered before a coach's part
    # of the conversation ended with it.
    after = conversation.answered_up_to
    texted = [message for message in recent if message.channel is Channel.SMS and message.seq > after]
    chosen = find_choice(text.body, texted, conversation.awaiting)
    return chosen.value if chosen else None


def _waited_in_vain(text: InboundText, recent: Sequence[Message]) -> bool:
    """Whether the engine gave no answer to a text before this one while this one waited: it waited as long for it."""
    apologies = (message for message in recent if message.key == ENGINE_FAILURE)
    return text.received_at is not None and any(apology.created_at > text.received_at for apology in apologies)


def _is_picture(message: Message) -> bool:
    return (message.client_message_id or "").endswith(_PICTURE)
