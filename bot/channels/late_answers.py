"""How does the result of a long look-up reach the member? Claimed, looked up, and recorded with its end, once.

The row is the timer: any gateway takes what is due, and what a process left behind when it died is due again. Whether
the result may still be shown is decided in the transaction that shows it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from bot import wording as words
from bot.conversations import rules
from bot.conversations.lookups import ATTEMPT_S, Finding, Lookup, LookupEnd, LookupEnding, LookupId, LookupKind, Said
from bot.conversations.lookups_store import LookupStore
from bot.conversations.model import Author, Awaiting, Channel, Conversation, Draft, Holder
from bot.conversations.port import AlreadyRecorded, Change
from bot.conversations.record import Record
from bot.safety.lint import find_fault
from bot.wording import Wording
from knowledge.reliance.model import Reliance

log = structlog.get_logger()

# Longer than a try, so that nobody else begins while one is under way.
LEASE = timedelta(seconds=25)
# What is waited after each try; with the tries themselves 3 to 6 minutes, less than a proof of identity lasts.
PAUSES_S = (2, 4, 8, 15, 30, 60, 60)


class RecordSource(Protocol):
    """Where the plan record comes from, as the action that answers at once has it, too."""

    async def find(self, lookup: Lookup, member_id: str) -> Finding:
        """What is said to the question. May raise anything, and may take as long as it likes."""
        ...


@dataclass(frozen=True)
class _Result:
    """How a look-up ends if nothing comes between: with what was found for which member, or without."""

    end: LookupEnd
    finding: Finding | None = None
    member_id: str | None = None


class _AnotherMember(Exception):
    """Somebody else has proven who they are since the record was looked up."""


class LateAnswers:
    """Finishes look-ups that took longer than a turn."""

    def __init__(
        self, record: Record, store: LookupStore, source: RecordSource, wording: Wording, attempt_s: float = ATTEMPT_S
    ) -> None:
        self._record = record
        self._store = store
        self._source = source
        self._wording = wording
        self._attempt_s = attempt_s

    async def find_due(self, limit: int) -> tuple[LookupId, ...]:
        """The look-ups to try now. Raises StoreUnavailable."""
        return await self._store.find_due(self._record.clock(), limit)

    async def handle(self, lookup_id: str) -> None:
        """One try, unless another process has it. Raises StoreUnavailable."""
        now = self._record.clock()
        lookup = await self._store.claim(LookupId(lookup_id), now, now + LEASE)
        if lookup is None:
            return
        try:
            await self._end(lookup, await self._try(lookup))
        except (asyncio.CancelledError, _AnotherMember) as error:
            # Another try at once: the process stops and need not keep it, or what was found is another member's.
            await self._store.postpone(lookup, self._record.clock())
            if isinstance(error, asyncio.CancelledError):
                raise
        except Exception as error:
            # Of the source, or of what was to be made of its answer: nothing is tried for ever.
            # The class of the error alone: its text may quote what the source said of the member.
            log.warning(
                "lookup.not_answered", lookup_id=lookup.id, attempts=lookup.attempts, error=type(error).__name__
            )
            if lookup.attempts > len(PAUSES_S):
                await self._end(lookup, _Result(LookupEnd.FAILED))
            else:
                pause = timedelta(seconds=PAUSES_S[lookup.attempts - 1])
                await self._store.postpone(lookup, self._record.clock() + pause)

    async def _try(self, lookup: Lookup) -> _Result:
        """What the source says, or why it is not asked any more. Raises whatever the source raises."""
        conversation = await self._record.get(lookup.conversation_id)
        obstacle = find_obstacle(conversation, lookup, self._record)
        if obstacle:
            # What may not be shown is not even looked at.
            return _Result(obstacle)
        if lookup.request.kind is LookupKind.UNKNOWN:
            log.error("lookup.unknown_kind", lookup_id=lookup.id)
            return _Result(LookupEnd.FAILED)
        member_id = conversation.verified_member_id or ""
        finding = await asyncio.wait_for(self._source.find(lookup, member_id), self._attempt_s)
        end = LookupEnd.REPLACED if await self._was_shown(lookup, finding) else LookupEnd.ANSWERED
        return _Result(end, finding, member_id)

    async def _was_shown(self, lookup: Lookup, finding: Finding) -> bool:
        """True where the member asked again while the source was slow no more, and has this very record."""
        cards = [said.cards for said in finding.said if said.cards]
        since = await self._record.store.list_messages(lookup.conversation_id, lookup.message_seq)
        return bool(cards) and all(any(message.cards == each for message in since) for each in cards)

    async def _end(self, lookup: Lookup, result: _Result) -> None:
        ended = result.end

        def decide(conversation: Conversation) -> Change:
            nonlocal ended
            ended = find_obstacle(conversation, lookup, self._record) or result.end
            if ended is LookupEnd.ANSWERED and conversation.verified_member_id != result.member_id:
                raise _AnotherMember
            drafts, awaiting = self._say(ended, result.finding, conversation)
            changed = conversation
            if ended is LookupEnd.ANSWERED and result.finding and result.finding.plan_id:
                finding = result.finding
                changed = replace(changed, plan_id=finding.plan_id, state=finding.state or changed.state)
            # A question that was asked meanwhile stays open.
            changed = replace(changed, awaiting=changed.awaiting or awaiting)
            entries = self._record.entries(drafts)
            return Change(changed, entries=entries, ends_lookup=LookupEnding(lookup.id, ended))

        try:
            await self._record.change(lookup.conversation_id, decide)
        except AlreadyRecorded:
            # Another process took it over when our try lasted too long, and was done first.
            return
        waited = self._record.clock() - lookup.asked_at
        log.info(
            "lookup.ended",
            lookup_id=lookup.id,
            conversation_id=lookup.conversation_id,
            outcome=ended.value,
            attempts=lookup.attempts,
            ms=round(waited.total_seconds() * 1000),
        )

    def _say(
        self, end: LookupEnd, finding: Finding | None, conversation: Conversation
    ) -> tuple[tuple[Draft, ...], Awaiting | None]:
        """What is said at this end, and what is asked with it."""
        if end is LookupEnd.ANSWERED and finding:
            asked = next((said.awaiting for said in finding.said if said.awaiting), None)
            return tuple(self._draft(said, conversation) for said in finding.said), asked
        if end is LookupEnd.UNPROVEN and conversation.channel is Channel.SMS:
            # As at once: no record goes over text messages, but the way to the secure chat does.
            return (replace(self._own(words.SMS_RECORD_LINK, conversation), with_link=True),), None
        if end is LookupEnd.UNPROVEN:
            return (self._own(words.LOOKUP_UNPROVEN, conversation),), None
        if end is LookupEnd.FAILED:
            return (self._own(words.LOOKUP_FAILED, conversation),), None
        return (), None

    def _own(self, key: str, conversation: Conversation) -> Draft:
        return self._wording.draft(key, conversation.channel, conversation.locale)

    def _draft(self, said: Said, conversation: Conversation) -> Draft:
        """One message of the result, as the engine would have worded it; what may not be shown is not."""
        channel, locale = conversation.channel, conversation.locale
        draft = self._wording.draft(said.key, channel, locale, Author.ASSISTANT, **said.values)
        fault = find_fault(draft.text)
        if fault is not None:
            log.error("reply.refused", key=said.key, code=fault.value)
            return self._own(words.BLOCKED, conversation)
        return replace(
            draft,
            quick_replies=(*draft.quick_replies, *said.quick_replies),
            cards=said.cards,
            citations=said.citations,
            facts=said.facts,
            topic=said.topic,
            outcome=said.outcome,
            reliance=_made_of(said, draft),
        )


def _made_of(said: Said, draft: Draft) -> Reliance | None:
    """What the message was made of: the template that was chosen here, with the trees that the action gave."""
    made = draft.reliance
    if made is None:
        return None
    values = {name: said.reliance.values.get(name, value) for name, value in made.values.items()}
    return replace(said.reliance, template=made.template, values=values)


def find_obstacle(conversation: Conversation, lookup: Lookup, record: Record) -> LookupEnd | None:
    """Why the result may not be shown now; None where it may."""
    now = record.clock()
    if conversation.holder is Holder.CLOSED or (
        conversation.holder is Holder.ASSISTANT and conversation.expires_at <= now
    ):
        return LookupEnd.CLOSED
    if conversation.holder is Holder.COACH or lookup.message_seq <= conversation.answered_up_to:
        return LookupEnd.LEFT_TO_COACH
    if not rules.is_verified(conversation, now, record.settings.verified_for) or conversation.channel is Channel.SMS:
        return LookupEnd.UNPROVEN
    return None
