"""What is done with a text that came in? Its consent first, then danger, then texting itself, then the conversation.

STOP and START are kept before anything that can fail is tried; what the safety gate says to the same words is said
all the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot import wording as words
from bot.channels.sms.dialogue import TextDialogue
from bot.channels.sms.inbox_store import InboxStore
from bot.channels.sms.keywords import Keyword, KeywordFound, Keywords
from bot.channels.sms.language import tell_language
from bot.channels.sms.model import Consent, DeliveryKind, InboundText, Reply
from bot.channels.sms.pace import Pace
from bot.channels.sms.ports import SmsIntake, Transcript
from bot.conversations.model import Channel, Conversation, Holder
from bot.database import StoreUnavailable
from bot.safety.gate import SafetyFinding, SafetyGate, SafetyLevel
from bot.wording import Wording

log = structlog.get_logger()

# A turn takes 3 s; one that waits behind others a few more. Two at once would do no harm: the intake knows the sid.
LEASE = timedelta(seconds=10)
# A text that fails again and again would hold up everything that the member sends after it.
_MOST_FAILURES = 5
# Less than what the inbox takes for a clock that was put back (InboxStore).
_LONGEST_WAIT_S = 90.0
# So long a confirmation waits for the number to call in an emergency, which is to be read first.
_AFTER_DANGER_S = 2.0

_SAFETY_KEYS = {SafetyLevel.EMERGENCY: words.EMERGENCY, SafetyLevel.CRISIS: words.CRISIS}
_CARRIER_WORDS = {"STOP": Keyword.OPT_OUT, "START": Keyword.OPT_IN, "HELP": Keyword.HELP}


@dataclass(frozen=True)
class _Heard:
    """A text with what is known of it before anything is done."""

    text: InboundText
    was_out: bool
    conversation: Conversation | None
    found: KeywordFound | None
    consent: Consent | None
    danger: SafetyFinding
    language: str

    @property
    def keyword(self) -> Keyword | None:
        return self.found.keyword if self.found else None

    @property
    def is_danger(self) -> bool:
        return self.danger.level is not SafetyLevel.NONE

    @property
    def may_be_answered(self) -> bool:
        """False for a phone that stopped the texts before, and does not begin them now."""
        return not self.was_out or self.consent is Consent.IN

    @property
    def is_worth_keeping(self) -> bool:
        """False for a bare STOP or HELP from who has no conversation: it would begin one."""
        is_bare = self.found is not None and self.found.is_bare and self.keyword is not Keyword.COACH
        return self.conversation is not None or not is_bare


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
        wake_outbox: Callable[[], None],
    ) -> None:
        self._store = store
        self._dialogue = TextDialogue(numbers, intake, transcript, clock)
        self._keywords = keywords
        self._gate = gate
        self._wording = wording
        self._clock = clock
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
            reply = await self._act(await self._hear(text))
            await self._store.finish_text(text, self._clock(), reply=reply)
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._failed(text, error)
        else:
            self._failures.pop(sid, None)
        self._wake_outbox()

    async def _hear(self, text: InboundText) -> _Heard:
        before = await self._store.read_consent_before(text, self._clock())
        conversation = await self._dialogue.find_open(text)
        found = self._find_keyword(text, before is Consent.OUT, conversation)
        danger = self._gate.check(text.body)
        consent = None
        if found is not None:
            keyword, was_out = found.keyword.value, before is Consent.OUT
            log.info("sms.keyword", sid=text.sid, keyword=keyword, entry=found.entry, was_out=was_out)
            # START means something only to who stopped before; from anybody else it is a word.
            opts_in = found.keyword is Keyword.OPT_IN and (before is not None or text.carrier_answer == "START")
            consent = Consent.OUT if found.keyword is Keyword.OPT_OUT else Consent.IN if opts_in else None
        language = _language(text, conversation, found, danger)
        return _Heard(text, before is Consent.OUT, conversation, found, consent, danger, language)

    def _find_keyword(self, text: InboundText, is_out: bool, conversation: Conversation | None) -> KeywordFound | None:
        found = self._keywords.find(text.body, is_opted_out=is_out)
        if text.carrier_answer is not None:
            # The carrier has acted on it already, whatever we would have read.
            bare = found is not None and found.is_bare
            language = found.language if found else "en"
            return KeywordFound(_CARRIER_WORDS[text.carrier_answer], language, "carrier", bare)
        if found is None or is_out or conversation is None:
            return found
        # While a person is asked for or there, a member's words are theirs.
        for_coach = found.keyword is Keyword.COACH and conversation.holder is Holder.COACH
        answers = not found.is_certain and conversation.holder in (Holder.WAITING, Holder.COACH)
        return None if for_coach or answers else found

    async def _act(self, heard: _Heard) -> Reply | None:
        """Does what the text asks for; the reply about texting itself, if it gets one."""
        text, language = heard.text, heard.language
        if heard.consent is not None:
            await self._change_consent(heard, heard.consent)
        new_picture = text.media > 0 and await self._dialogue.note_picture(text, language)
        if heard.is_danger and heard.may_be_answered:
            await self._dialogue.converse(text, language)
        elif heard.consent is not None or heard.was_out:
            if heard.is_worth_keeping:
                await self._dialogue.note(text, language)
            if heard.keyword is Keyword.COACH:
                await self._dialogue.ask_for_coach(text, language)
        elif heard.keyword is not Keyword.COACH and (pace := await self._store.read_pace(text)) is not Pace.CALM:
            return await self._slow_down(heard, pace)
        elif heard.keyword is Keyword.HELP:
            if heard.is_worth_keeping:
                await self._dialogue.note(text, language)
            return self._reply(words.SMS_HELP, heard, DeliveryKind.MESSAGE, carrier_says="HELP")
        elif not text.body.strip():
            return self._reply(words.SMS_MEDIA if text.media else words.SMS_EMPTY, heard, DeliveryKind.MESSAGE)
        else:
            await self._dialogue.converse(text, language, wants_coach=heard.keyword is Keyword.COACH)
            return self._reply(words.SMS_MEDIA, heard, DeliveryKind.MESSAGE) if new_picture else None
        return None

    async def _change_consent(self, heard: _Heard, consent: Consent) -> None:
        key, word = (words.SMS_OPTED_OUT, "STOP") if consent is Consent.OUT else (words.SMS_OPTED_IN, "START")
        reply = self._reply(key, heard, DeliveryKind.CONFIRMATION, carrier_says=word)
        if reply is not None and heard.is_danger:
            reply = replace(reply, after_s=_AFTER_DANGER_S)
        await self._store.change_consent(heard.text, self._clock(), consent, reply)

    def _reply(self, key: str, heard: _Heard, kind: DeliveryKind, carrier_says: str = "") -> Reply | None:
        """The words about texting itself; None when the carrier said its own."""
        if heard.text.carrier_answer is not None and heard.text.carrier_answer == carrier_says:
            return None
        return _make_reply(heard.text, key, self._wording.say(key, Channel.SMS, heard.language), kind)

    async def _slow_down(self, heard: _Heard, pace: Pace) -> Reply | None:
        """Keeps the words of a phone that texts too fast; the first time it is told so."""
        log.warning("sms.too_fast", sid=heard.text.sid, pace=pace.value)
        conversation = await self._dialogue.note(heard.text, heard.language)
        # A coach is not kept from a member who writes many short texts, and nothing else answers those.
        if pace is Pace.STILL_TOO_FAST or (conversation is not None and conversation.holder is Holder.COACH):
            return None
        return self._reply(words.SMS_TOO_FAST, heard, DeliveryKind.SLOW_DOWN)

    async def _failed(self, text: InboundText, error: Exception) -> None:
        """A fault of ours: tried again, waiting longer each time; after some times the member is told.

        Words of danger are answered at the first fault and stay, to be put before a coach, until that is done.
        """
        self._failures[text.sid] += 1
        failures = self._failures[text.sid]
        log.error("sms.failed", sid=text.sid, error=type(error).__name__, failures=failures)
        now, danger = self._clock(), self._gate.check(text.body)
        is_danger, is_last = danger.level is not SafetyLevel.NONE, failures >= _MOST_FAILURES
        wait_s = min(LEASE.total_seconds(), 2.0**failures)
        if is_last and is_danger:
            wait_s = min(_LONGEST_WAIT_S, 60.0 * 2.0 ** min(failures - _MOST_FAILURES, 10))
        # First of all: whatever else fails, this text holds up no other.
        await self._store.put_off(text, now + timedelta(seconds=wait_s))
        if is_danger:
            await self._warn(text, danger, now)
            if is_last:
                log.critical("sms.danger_unheard", sid=text.sid, outcome=danger.level.value, failures=failures)
        elif is_last:
            del self._failures[text.sid]
            said = self._wording.say(words.ENGINE_FAILURE, Channel.SMS, tell_language(text.body) or "en")
            reply = _make_reply(text, words.ENGINE_FAILURE, said, DeliveryKind.MESSAGE)
            await self._store.finish_text(text, now, reply=reply)

    async def _warn(self, text: InboundText, danger: SafetyFinding, now: datetime) -> None:
        """What the safety gate says, without the conversation that cannot be reached; said once."""
        if await self._store.read_consent_before(text, now) is not Consent.OUT:
            key = _SAFETY_KEYS[danger.level]
            said = self._wording.say(key, Channel.SMS, danger.language)
            await self._store.say(text, now, _make_reply(text, key, said, DeliveryKind.CONFIRMATION))


def _make_reply(text: InboundText, key: str, said: str, kind: DeliveryKind) -> Reply:
    # The same reply to the same text has the same id: it is sent once, however often the text is taken up.
    return Reply(hashlib.sha256(f"{text.sid} {key}".encode()).hexdigest()[:32], said, kind)


def _language(
    text: InboundText, conversation: Conversation | None, found: KeywordFound | None, danger: SafetyFinding
) -> str:
    """The conversation's, else that of the words: a carrier's STOP or HELP is no English to who texts in Spanish."""
    if "es" in (found.language if found else "", danger.language):
        return "es"
    return conversation.locale if conversation is not None else tell_language(text.body) or "en"
