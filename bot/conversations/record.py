"""How does a decision become part of the record, and who hears of it? The one way in which a conversation changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

import structlog

from bot.conversations import rules
from bot.conversations.handoff import HandoffEvent
from bot.conversations.ids import IdSource, is_id
from bot.conversations.live import DESK, DeskChanged, LiveHub
from bot.conversations.model import Author, Conversation, ConversationNotFound, Draft, Holder, MessageId, State
from bot.conversations.port import Change, ConversationStore, Entry, Logged, Recorded

log = structlog.get_logger()

_ON_THE_DESK = (Holder.WAITING, Holder.COACH)
# What nobody wanted: a coach is gone, or a member waited in vain.
_WARNED_OF = (HandoffEvent.VANISHED, HandoffEvent.EXPIRED)


@dataclass(frozen=True)
class ConversationSettings:
    """How long things last: a token, a conversation by text after its last message, a proof of identity, a link."""

    token_lifetime: timedelta = timedelta(hours=24)
    text_lifetime: timedelta = timedelta(hours=72)
    verified_for: timedelta = timedelta(minutes=15)
    link_lifetime: timedelta = timedelta(minutes=30)


class Record:
    """Changes conversations, and tells the open pages of members and coaches after each commit."""

    def __init__(
        self,
        store: ConversationStore,
        clock: Callable[[], datetime],
        ids: IdSource,
        settings: ConversationSettings,
        live: LiveHub,
    ) -> None:
        self.store = store
        self.clock = clock
        self.ids = ids
        self.settings = settings
        self.live = live

    async def change(
        self, conversation_id: str, decide: Callable[[Conversation], Change], *, counts_line: bool = False
    ) -> Recorded:
        """Runs `decide` on the locked conversation, writes what it says, and publishes it.

        Raises ConversationNotFound, AlreadyRecorded, StoreUnavailable, and whatever `decide` raises.
        """
        if not is_id(conversation_id):
            raise ConversationNotFound
        calls = False
        happened: tuple[Logged, ...] = ()

        @wraps(decide)
        def noticing(conversation: Conversation) -> Change:
            nonlocal calls, happened
            change = decide(conversation)
            happened = change.log
            calls = change.callback is not None or change.withdraws_callback
            return change

        recorded = await self.store.change(conversation_id, self.clock(), noticing, counts_line=counts_line)
        for each in happened:
            log_handoff(conversation_id, each)
        self._publish(recorded, calls=calls)
        return recorded

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation as it stands. Raises ConversationNotFound."""
        conversation = await self.store.find(conversation_id, self.clock()) if is_id(conversation_id) else None
        if conversation is None:
            raise ConversationNotFound
        return conversation

    def read_state(self, conversation: Conversation) -> State:
        """What clients are shown of the conversation now."""
        return rules.read_state(conversation, self.clock(), self.settings.verified_for)

    def entries(self, drafts: tuple[Draft, ...], reply_to: MessageId | None = None) -> tuple[Entry, ...]:
        """The drafts with ids, on their way into the record."""
        return tuple(Entry(id=self.ids.message_id(), draft=draft, reply_to=reply_to) for draft in drafts)

    def _publish(self, recorded: Recorded, *, calls: bool) -> None:
        before, after = recorded.before, recorded.conversation
        self.live.publish(after.id, *recorded.messages)
        state = self.read_state(after)
        said = any(message.author is not Author.MEMBER for message in recorded.messages)
        if said or state != self.read_state(before):
            self.live.publish(after.id, state)
        if calls or before.holder in _ON_THE_DESK or after.holder in _ON_THE_DESK:
            self.live.publish(DESK, DeskChanged(after.id))


def log_handoff(conversation_id: str, happened: Logged) -> None:
    """Tells the log what became of a handoff, once that is recorded: by which coach, and why or to whom."""
    report = log.warning if happened.event in _WARNED_OF else log.info
    why = "to_coach_id" if happened.event is HandoffEvent.TRANSFERRED else "cause"
    named = {"coach_id": happened.coach, why: happened.cause}
    told = {name: value for name, value in named.items() if value is not None}
    report(f"handoff.{happened.event.value}", conversation_id=conversation_id, **told)
