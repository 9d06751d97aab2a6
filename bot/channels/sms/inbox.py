"""What is done with a text that came in? Texting itself first, then consent, then choices, then the conversation.

STOP, START and HELP are read before anything understands the words; danger in them is heard before that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot import wording as words
from bot.channels.intake import UnknownChoice
from bot.channels.sms.choices import find_choice
from bot.channels.sms.inbox_store import InboxStore
from bot.channels.sms.keywords import Keyword, KeywordFound, Keywords
from bot.channels.sms.model import Consent, DeliveryKind, InboundText, Reply
from bot.channels.sms.pace import Pace
from bot.channels.sms.ports import SmsIntake, Transcript
from bot.conversations.ids import IdSource
from bot.conversations.model import (
    Channel,
    Conversation,
    ConversationClosed,
    Holder,
)
from bot.conversations.vocabulary import HANDOFF_CHOICE
from bot.database import StoreUnavailable
from bot.safety.gate import SafetyGate, SafetyLevel
from bot.wording import Wording

log = structlog.get_logger()

# A turn takes 3 s; one that waits behind others a few more. Two at once would do no harm: the intake knows the sid.
LEASE = timedelta(seconds=10)
# How far back a choice may lie; the intake takes none that is older.
_RECENT = 20
# A text that fails again and again would hold up everything that the member sends after it.
_MOST_FAILURES = 5

_SAFETY_KEYS = {SafetyLevel.EMERGENCY: words.EMERGENCY, SafetyLevel.CRISIS: words.CRISIS}
_CARRIER_WORDS = {"STOP": Keyword.OPT_OUT, "START": Keyword.OPT_IN, "HELP": Keyword.HELP}


class Inbox:
    """Acts on the texts that were kept, each once."""

    def __init__(
        self,
        *,
        numbers: Mapping[str, str],
        store: InboxStore,
        intake: SmsIntake,
        transcript: Transcript,
        keywords: Keywords,
        gate: SafetyGate,
        wording: Wording,
        clock: Callable[[], datetime],
        ids: IdSource,
        wake_outbox: Callable[[], None],
    ) -> None:
        self._numbers = numbers
        self._store = store
        self._intake = intake
        self._transcript = transcript
        self._keywords = keywords
        self._gate = gate
        self._wording = wording
        self._clock = clock
        self._ids = ids
        self._wake_outbox = wake_outbox
        self._failures: Counter[str] = Counter()

    async def find_due(self, limit: int) -> tuple[str, ...]:
        """The texts to act on now."""
        return tuple(await self._store.find_texts(self._clock(), limit))

    async def handle(self, sid: str) -> None:
        """Acts on one text, unless another process does. Raises StoreUnavailable."""
        now = self._clock()
        text = await self._store.claim_text(sid, now, now + LEASE)
        if text is None:
            return
        try:
            await self._act(text)
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._failed(text, error)
        else:
            self._failures.pop(sid, None)
        self._wake_outbox()

    async def _act(self, text: InboundText) -> None:
        consent = await self._store.read_consent(text.addresses)
        is_out = consent is Consent.OUT
        is_danger = self._gate.check(text.body).level is not SafetyLevel.NONE
        found = self._find_keyword(text, is_out)
        keyword = found.keyword if found else None
        if found:
            log.info("sms.keyword", sid=text.sid, keyword=found.keyword.value, entry=found.entry, was_out=is_out)
        # START means something only to who stopped before; from anybody else it is a word.
        opts_in = keyword is Keyword.OPT_IN and (consent is not None or text.carrier_answer == "START")
        if is_danger and not (is_out and not opts_in):
            # Before the opt-out: what the safety gate says to these very words is still said.
            await self._converse(text, None)
        elif is_out and not opts_in and (is_danger or keyword not in (Keyword.OPT_OUT, Keyword.HELP)):
            await self._note(text)
        if keyword is Keyword.OPT_OUT:
            reply = self._reply(words.SMS_OPTED_OUT, text, found, DeliveryKind.CONFIRMATION, carrier_says="STOP")
            await self._store.finish_text(text, self._clock(), consent=Consent.OUT, reply=reply)
        elif opts_in:
            reply = self._reply(words.SMS_OPTED_IN, text, found, DeliveryKind.CONFIRMATION, carrier_says="START")
            await self._store.finish_text(text, self._clock(), consent=Consent.IN, reply=reply)
        elif is_out or is_danger:
            await self._store.finish_text(text, self._clock())
        elif keyword is not Keyword.COACH and (pace := await self._store.read_pace(text)) is not Pace.CALM:
            reply = await self._slow_down(text, found, pace)
            await self._store.finish_text(text, self._clock(), reply=reply)
        elif keyword is Keyword.HELP:
            reply = self._reply(words.SMS_HELP, text, found, DeliveryKind.MESSAGE, carrier_says="HELP")
            await self._store.finish_text(text, self._clock(), reply=reply)
        elif not text.body.strip():
            key = words.SMS_MEDIA if text.media else words.SMS_EMPTY
            reply = self._reply(key, text, found, DeliveryKind.MESSAGE)
            await self._store.finish_text(text, self._clock(), reply=reply)
        else:
            await self._converse(text, found)
            await self._store.finish_text(text, self._clock())

    def _find_keyword(self, text: InboundText, is_out: bool) -> KeywordFound | None:
        found = self._keywords.find(text.body, is_opted_out=is_out)
        if text.carrier_answer is None:
            return found
        # The carrier has acted on it already, whatever we would have read.
        return KeywordFound(_CARRIER_WORDS[text.carrier_answer], found.language if found else "en", "carrier")

    def _reply(
        self, key: str, text: InboundText, found: KeywordFound | None, kind: DeliveryKind, carrier_says: str = ""
    ) -> Reply | None:
        """The words about texting itself; None when the carrier said its own."""
        if text.carrier_answer is not None and text.carrier_answer == carrier_says:
            return None
        language = found.language if found else "en"
        return Reply(self._ids.message_id(), self._wording.say(key, Channel.SMS, language), kind)

    async def _slow_down(self, text: InboundText, found: KeywordFound | None, pace: Pace) -> Reply | None:
        """Keeps the words of a phone that texts too fast; the first time it is told so."""
        log.warning("sms.too_fast", sid=text.sid, pace=pace.value)
        conversation = await self._note(text)
        # A coach is not kept from a member who writes many short texts, and nothing else answers those.
        if pace is Pace.STILL_TOO_FAST or (conversation is not None and conversation.holder is Holder.COACH):
            return None
        return self._reply(words.SMS_TOO_FAST, text, found, DeliveryKind.SLOW_DOWN)

    async def _note(self, text: InboundText) -> Conversation | None:
        # A picture without words has nothing to note.
        if not text.body.strip():
            return None
        conversation = await self._open(text, "en")
        await self._intake.note_from_opted_out(conversation, message_sid=text.sid, text=text.body)
        return conversation

    async def _converse(self, text: InboundText, found: KeywordFound | None) -> None:
        """Hands the text to the intake, as a choice where it is one."""
        locale = found.language if found else "en"
        try:
            await self._receive(await self._open(text, locale), text, found)
        except ConversationClosed:
            # It ended just now; what the member wrote begins a new one.
            await self._receive(await self._open(text, locale), text, found)

    async def _receive(self, conversation: Conversation, text: InboundText, found: KeywordFound | None) -> None:
        recent = await self._transcript.list_messages(conversation.id, after=max(0, conversation.last_seq - _RECENT))
        before = next((message for message in recent if message.client_message_id == text.sid), None)
        if before is not None:
            # Recorded before a process ended: what it was taken for then must not change.
            said, choice = before.text, before.choice
        elif found is not None and found.keyword is Keyword.COACH:
            said, choice = text.body, HANDOFF_CHOICE
        else:
            # What was only shown in the secure chat has no numbers on the phone.
            texted = [message for message in recent if message.channel is Channel.SMS]
            chosen = find_choice(text.body, texted, conversation.awaiting)
            said, choice = text.body, chosen.value if chosen else None
        if choice is not None:
            try:
                await self._intake.receive(conversation, client_message_id=text.sid, choice=choice, channel=Channel.SMS)
                return
            except UnknownChoice:
                log.info("sms.choice_unknown", sid=text.sid)
        await self._intake.receive(conversation, client_message_id=text.sid, text=said, channel=Channel.SMS)

    async def _open(self, text: InboundText, locale: str) -> Conversation:
        conversation, is_new = await self._intake.open_or_resume_sms(
            member_address=text.addresses.member,
            plan_address=text.addresses.plan,
            plan_id=self._numbers.get(text.addresses.plan),
            locale=locale,
        )
        log.info("sms.conversation", sid=text.sid, conversation_id=conversation.id, is_new=is_new)
        return conversation

    async def _failed(self, text: InboundText, error: Exception) -> None:
        """A fault of ours: tried again when the lease is over, and after some times told to the member."""
        self._failures[text.sid] += 1
        failures = self._failures[text.sid]
        log.error("sms.failed", sid=text.sid, error=type(error).__name__, failures=failures)
        if failures < _MOST_FAILURES:
            return
        del self._failures[text.sid]
        danger = self._gate.check(text.body)
        key = _SAFETY_KEYS.get(danger.level, words.ENGINE_FAILURE)
        said = self._wording.say(key, Channel.SMS, danger.language)
        reply = Reply(self._ids.message_id(), said, DeliveryKind.MESSAGE)
        await self._store.finish_text(text, self._clock(), reply=reply)
