"""What can be done with a conversation? The one service through which channels and actions change the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.conversations import rules
from bot.conversations.ids import IdSource, hash_token, is_id, opens
from bot.conversations.model import (
    Author,
    Awaiting,
    Channel,
    Conversation,
    ConversationContext,
    ConversationId,
    ConversationNotFound,
    Draft,
    HandoffCancellation,
    HandoffCause,
    HandoffRequest,
    Holder,
    IdempotencyConflict,
    Message,
    MessageId,
    QuickReply,
    State,
    Turn,
    Understood,
)
from bot.conversations.port import (
    AlreadyRecorded,
    Answer,
    Change,
    ConversationStore,
    Entry,
    Rating,
    Recorded,
    Request,
)

# Older buttons have scrolled away: what they meant then may not be what they mean now.
_CHOICES_STAY_OPEN_FOR = 20
# Compared with where no conversation is, so that a missing one takes as long as a wrong token.
_NO_HASH = hash_token("")


@dataclass(frozen=True)
class ConversationSettings:
    """How long a token opens its conversation, and how long an identity proof lasts without a message."""

    token_lifetime: timedelta = timedelta(hours=24)
    verified_for: timedelta = timedelta(minutes=15)


@dataclass(frozen=True)
class OpenedConversation:
    """A new conversation, its first messages, and the token: shown this once and kept nowhere."""

    conversation: Conversation
    token: str
    messages: tuple[Message, ...]


class ConversationService:
    """The record's only door. Every method raises StoreUnavailable when the database cannot answer."""

    def __init__(
        self,
        store: ConversationStore,
        clock: Callable[[], datetime],
        ids: IdSource,
        settings: ConversationSettings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._settings = settings

    async def open_conversation(
        self,
        *,
        channel: Channel,
        greeting: tuple[Draft, ...],
        plan_id: str | None = None,
        state: str | None = None,
        locale: str = "en",
        verified_member_id: str | None = None,
    ) -> OpenedConversation:
        """Begins a conversation; a member whom the plan's portal vouched for is verified from the start."""
        now = self._clock()
        token = self._ids.token()
        conversation = Conversation(
            id=self._ids.conversation_id(),
            channel=channel,
            holder=Holder.ASSISTANT,
            created_at=now,
            expires_at=now + self._settings.token_lifetime,
            token_hash=hash_token(token),
            locale=locale,
            plan_id=plan_id,
            state=state,
            verified_member_id=verified_member_id,
            verified_at=now if verified_member_id else None,
        )
        recorded = await self._store.create(conversation, self._entries(greeting))
        return OpenedConversation(recorded.conversation, token, recorded.messages)

    async def access_conversation(self, conversation_id: str, token: str) -> Conversation:
        """The one door for a member: the conversation that this token opens.

        Raises ConversationNotFound whether it is missing or expired or the token is another's: telling them
        apart would tell a stranger which conversations exist.
        """
        conversation = await self._store.find(conversation_id, self._clock()) if is_id(conversation_id) else None
        if not opens(token, conversation.token_hash if conversation else _NO_HASH):
            raise ConversationNotFound
        if conversation is None:
            raise ConversationNotFound
        if self.time_left(conversation) <= timedelta(0):
            raise ConversationNotFound
        return conversation

    async def get_conversation(self, conversation_id: str) -> Conversation:
        """The conversation as it stands, for callers inside the product. Raises ConversationNotFound."""
        conversation = await self._store.find(conversation_id, self._clock()) if is_id(conversation_id) else None
        if conversation is None:
            raise ConversationNotFound
        return conversation

    async def get_context(self, conversation_id: str) -> ConversationContext:
        """What an action may know; a stale identity proof is left out. Raises ConversationNotFound."""
        conversation = await self.get_conversation(conversation_id)
        return rules.read_context(conversation, self._clock(), self._settings.verified_for)

    def time_left(self, conversation: Conversation) -> timedelta:
        """How long the token still opens the conversation."""
        return conversation.expires_at - self._clock()

    def read_state(self, conversation: Conversation) -> State:
        """What clients are shown of the conversation now."""
        return rules.read_state(conversation, self._clock(), self._settings.verified_for)

    async def list_messages(self, conversation_id: str, *, after: int = 0) -> tuple[Message, ...]:
        """The messages after `seq`, in order, each once."""
        return await self._store.list_messages(conversation_id, after)

    async def find_choice(self, conversation_id: str, value: str) -> QuickReply | None:
        """The button with this value, if it was offered lately."""
        messages = await self._store.list_last_messages(conversation_id, _CHOICES_STAY_OPEN_FOR)
        offered = (reply for message in reversed(messages) for reply in message.quick_replies)
        return next((reply for reply in offered if reply.value == value), None)

    async def record_member_message(
        self, conversation_id: str, *, client_message_id: str, text: str, choice: str | None = None
    ) -> Turn:
        """Records what the member sent, once; what came before gives the turn that it began.

        Raises ConversationClosed, and IdempotencyConflict when the id came before with other content.
        """
        entry = Entry(
            id=self._ids.message_id(),
            draft=Draft(Author.MEMBER, text),
            client_message_id=client_message_id,
            choice=choice,
        )

        def decide(conversation: Conversation) -> Change:
            heard = rules.hear(conversation, self._clock(), self._settings.verified_for)
            return Change(heard, entries=(entry,))

        try:
            recorded = await self._change(conversation_id, decide)
        except AlreadyRecorded:
            # It came before, or another gateway was a moment faster with it.
            turn = await self.find_turn(conversation_id, client_message_id, text=text, choice=choice)
            if turn is None:
                raise
            return turn
        return Turn(recorded.messages[0])

    async def find_turn(
        self, conversation_id: str, client_message_id: str, *, text: str, choice: str | None
    ) -> Turn | None:
        """The turn that this message began, if it came before. Raises IdempotencyConflict for other content."""
        turn = await self._store.find_turn(conversation_id, client_message_id)
        if turn is None:
            return None
        if turn.message.choice != choice or (choice is None and turn.message.text != text):
            raise IdempotencyConflict
        return turn

    async def find_unanswered(self, conversation_id: str) -> Turn | None:
        """The newest turn that was begun and not answered: its process ended, or is at it now."""
        return await self._store.find_unanswered(conversation_id)

    async def record_answer(
        self,
        conversation_id: str,
        turn: Turn,
        *,
        replies: tuple[Draft, ...],
        understood: Understood,
        awaiting: Awaiting | None = None,
        model_id: str | None = None,
    ) -> Turn:
        """Records how a turn was answered, once; the replies of those who may not speak now are left out."""
        message = turn.message

        def decide(conversation: Conversation) -> Change:
            spoken = tuple(reply for reply in replies if rules.may_speak(conversation.holder, reply.author))
            asked = rules.ask(conversation, spoken, awaiting if spoken else None)
            entries = self._entries(spoken, reply_to=message.id)
            return Change(
                asked,
                entries=entries,
                answer=Answer(message.id, understood, self.read_state(asked), model_id),
                # Whoever asks again is told the same, whichever way they asked first.
                announcement=next((entry.id for entry in entries if entry.draft.outcome == "handoff_waiting"), None),
            )

        try:
            recorded = await self._change(conversation_id, decide)
        except AlreadyRecorded:
            answered = await self._store.find_turn(conversation_id, message.client_message_id or "")
            if answered is None:
                raise
            return answered
        return Turn(message, recorded.messages, understood, self.read_state(recorded.conversation))

    async def record_verification(self, conversation_id: str, member_id: str) -> None:
        """The member of this conversation proved to be this one. Raises ConversationClosed."""
        now = self._clock()
        await self._change(conversation_id, lambda found: Change(rules.verify(found, member_id, now)))

    async def record_plan(self, conversation_id: str, plan_id: str, state: str | None) -> None:
        """The member named their plan (and state, if they did), so that it is asked only once."""
        await self._change(
            conversation_id,
            lambda found: Change(replace(found, plan_id=plan_id, state=state or found.state)),
        )

    async def request_handoff(
        self,
        conversation_id: str,
        *,
        reason: str,
        cause: HandoffCause,
        announcement: Draft | None = None,
        warning: Draft | None = None,
    ) -> HandoffRequest:
        """The member wants a person: recorded once, however often it is asked. Raises ConversationClosed.

        `announcement` is recorded with the request by callers that tell the member themselves; asked again,
        the same message comes back. An action leaves it out and answers in its own reply. `warning` is what the
        safety gate says to the reason: recorded, and given again without being recorded again.
        """
        already = False
        warned = await self._find_warning(conversation_id, warning) if warning and is_id(conversation_id) else None

        def decide(conversation: Conversation) -> Change:
            nonlocal already
            already = conversation.handoff is not None
            told = conversation.handoff.message_id if conversation.handoff else None
            entries = self._entries((announcement,)) if announcement and told is None else ()
            return Change(
                rules.wait(conversation),
                entries=(*self._entries((warning,) if warning and not warned else ()), *entries),
                opens=None if already else Request(reason, cause),
                announcement=entries[0].id if entries else None,
            )

        recorded = await self._change(conversation_id, decide)
        request = recorded.conversation.handoff
        messages = (*((warned,) if warned else ()), *recorded.messages)
        told = request.message_id if request else None
        if announcement and told and told not in {message.id for message in messages}:
            said = await self._store.find_message(told)
            messages = (*messages, said) if said else messages
        return HandoffRequest(request.position if request else 0, already, messages)

    async def claim_handoff(self, conversation_id: str) -> State:
        """A coach takes the conversation; only a waiting one changes. Raises ConversationClosed."""
        recorded = await self._change(conversation_id, lambda found: Change(rules.claim(found), claims=True))
        return self.read_state(recorded.conversation)

    async def cancel_handoff(
        self, conversation_id: str, *, announcements: Mapping[Holder, Draft] | None = None
    ) -> HandoffCancellation:
        """Ends the request or the live part, whichever stands. Raises ConversationClosed.

        `announcements` gives the message to record for the holder that was ended.
        """
        ended = Holder.ASSISTANT

        def decide(conversation: Conversation) -> Change:
            nonlocal ended
            ended = conversation.holder
            resumed = rules.resume(conversation)
            said = (announcements or {}).get(ended)
            return Change(resumed, entries=self._entries((said,) if said else ()), ends=True)

        recorded = await self._change(conversation_id, decide)
        return HandoffCancellation(ended, recorded.messages)

    async def close_conversation(self, conversation_id: str, *, farewell: Draft) -> tuple[Message, ...]:
        """Ends the conversation and any request in it; closing twice says nothing twice."""

        def decide(conversation: Conversation) -> Change:
            was_open = conversation.holder is not Holder.CLOSED
            entries = self._entries((farewell,) if was_open else ())
            return Change(rules.close(conversation, self._clock()), entries=entries, ends=True)

        return (await self._change(conversation_id, decide)).messages

    async def record_warning(self, conversation_id: str, warning: Draft) -> tuple[Message, ...]:
        """Records what the safety gate says to words that are no message; said once until the member writes again.

        Raises ConversationClosed.
        """
        if await self._find_warning(conversation_id, warning) is not None:
            return ()

        def decide(conversation: Conversation) -> Change:
            rules.check_open(conversation)
            return Change(conversation, entries=self._entries((warning,)))

        return (await self._change(conversation_id, decide)).messages

    async def _find_warning(self, conversation_id: str, warning: Draft) -> Message | None:
        latest = await self._store.list_last_messages(conversation_id, _CHOICES_STAY_OPEN_FOR)
        for message in reversed(latest):
            if message.author is Author.MEMBER:
                return None
            if message.author is Author.SYSTEM and message.outcome == warning.outcome:
                return message
        return None

    def make_unrecorded(self, draft: Draft) -> Message:
        """A message that is shown but not part of the record, because nothing can be recorded now: its seq is 0."""
        return Message(**vars(draft), id=self._ids.message_id(), seq=0, created_at=self._clock())

    async def record_rating(self, conversation_id: ConversationId, *, score: int, comment: str | None) -> None:
        """Keeps the member's rating, 1 to 5; a later one replaces it."""
        await self._store.record_rating(conversation_id, Rating(score, comment, self._clock()))

    async def _change(self, conversation_id: str, decide: Callable[[Conversation], Change]) -> Recorded:
        if not is_id(conversation_id):
            raise ConversationNotFound
        return await self._store.change(conversation_id, self._clock(), decide)

    def _entries(self, drafts: tuple[Draft, ...], reply_to: MessageId | None = None) -> tuple[Entry, ...]:
        return tuple(Entry(id=self._ids.message_id(), draft=draft, reply_to=reply_to) for draft in drafts)
