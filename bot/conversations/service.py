"""What can be done with a conversation? The one service through which channels and actions change the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.conversations import rules
from bot.conversations.handoff import HandoffEvent
from bot.conversations.ids import hash_token, is_id, opens
from bot.conversations.live import TokenReplaced
from bot.conversations.lookups import LookupRequest
from bot.conversations.model import (
    Author,
    Awaiting,
    Channel,
    Conversation,
    ConversationClosed,
    ConversationContext,
    ConversationId,
    ConversationNotFound,
    Draft,
    Holder,
    IdempotencyConflict,
    Line,
    LinkNotFound,
    Mark,
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
    CallbackPromise,
    Change,
    Ending,
    Entry,
    HandoffEffect,
    Logged,
    Rating,
)
from bot.conversations.record import Record

# Older buttons have scrolled away: what they meant then may not be what they mean now.
_CHOICES_STAY_OPEN_FOR = 20
# Outcomes that tell a member how their request for a person stands.
_ANNOUNCES = ("handoff_waiting", "handoff_unavailable")
# Compared with where no conversation is, so that a missing one takes as long as a wrong token.
_NO_HASH = hash_token("")


@dataclass(frozen=True)
class OpenedConversation:
    """A new conversation, its first messages, and the token: shown this once and kept nowhere."""

    conversation: Conversation
    token: str
    messages: tuple[Message, ...]


class ConversationService:
    """The record's door for the member's side. Every method raises StoreUnavailable when the database cannot answer."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._store = record.store
        self._clock = record.clock
        self._ids = record.ids
        self._settings = record.settings

    async def open_conversation(
        self,
        *,
        channel: Channel,
        greeting: tuple[Draft, ...],
        plan_id: str | None = None,
        state: str | None = None,
        locale: str = "en",
        verified_member_id: str | None = None,
        addresses: tuple[str, str] | None = None,
    ) -> OpenedConversation:
        """Begins a conversation; a member whom the plan's portal vouched for is verified from the start.

        `addresses` are the member's and the plan's numbers of a conversation by text. Raises AlreadyRecorded when
        these two have an open conversation.
        """
        now = self._clock()
        token = self._ids.token()
        lifetime = self._settings.text_lifetime if addresses else self._settings.token_lifetime
        member_address, plan_address = addresses or (None, None)
        conversation = Conversation(
            id=self._ids.conversation_id(),
            channel=channel,
            holder=Holder.ASSISTANT,
            created_at=now,
            expires_at=now + lifetime,
            token_hash=hash_token(token),
            locale=locale,
            plan_id=plan_id,
            state=state,
            verified_member_id=verified_member_id,
            verified_at=now if verified_member_id else None,
            member_address=member_address,
            plan_address=plan_address,
        )
        recorded = await self._store.create(conversation, self._record.entries(greeting))
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
        self._record.live.see(conversation.id, self._clock())
        return conversation

    async def get_conversation(self, conversation_id: str) -> Conversation:
        """The conversation as it stands, for callers inside the product. Raises ConversationNotFound."""
        return await self._record.get(conversation_id)

    async def find_by_addresses(self, member_address: str, plan_address: str) -> Conversation | None:
        """The open conversation of this phone with this number of the plan; it may have expired."""
        return await self._store.find_by_addresses(member_address, plan_address, self._clock())

    async def open_link(self, secret: str) -> OpenedConversation:
        """The conversation that a one-time link opens, with a token of its own; older tokens open it no more.

        Raises LinkNotFound for a link that is unknown, used, too old, or of a conversation that has ended.
        """
        token, now = self._ids.token(), self._clock()
        opened = await self._store.use_link(
            hash_token(secret), hash_token(token), now, now + self._settings.token_lifetime
        )
        if opened is None:
            raise LinkNotFound
        conversation = await self._record.get(opened)
        # Pages that came with an older token have nothing to read here any more.
        self._record.live.publish(conversation.id, TokenReplaced())
        return OpenedConversation(conversation, token, await self._store.list_messages(opened, 0))

    async def get_context(self, conversation_id: str) -> ConversationContext:
        """What an action may know; a stale identity proof is left out. Raises ConversationNotFound."""
        conversation = await self.get_conversation(conversation_id)
        return rules.read_context(conversation, self._clock(), self._settings.verified_for)

    def time_left(self, conversation: Conversation) -> timedelta:
        """How long the token still opens the conversation."""
        return conversation.expires_at - self._clock()

    def read_state(self, conversation: Conversation) -> State:
        """What clients are shown of the conversation now."""
        return self._record.read_state(conversation)

    async def list_messages(self, conversation_id: str, *, after: int = 0) -> tuple[Message, ...]:
        """The messages after `seq`, in order, each once."""
        return await self._store.list_messages(conversation_id, after)

    async def list_marks(self, conversation_id: str) -> tuple[Mark, ...]:
        """What each message was, in order, without its words."""
        return await self._store.list_marks(conversation_id)

    async def find_choice(self, conversation_id: str, value: str) -> QuickReply | None:
        """The button with this value, if it was offered lately."""
        messages = await self._store.list_last_messages(conversation_id, _CHOICES_STAY_OPEN_FOR)
        offered = (reply for message in reversed(messages) for reply in message.quick_replies)
        return next((reply for reply in offered if reply.value == value), None)

    async def record_member_message(
        self,
        conversation_id: str,
        *,
        client_message_id: str,
        text: str,
        choice: str | None = None,
        channel: Channel | None = None,
    ) -> Turn:
        """Records what the member sent by `channel`, once; what came before gives the turn that it began.

        Whether it came before is said by the transaction that would write it, so nobody has to look first. Raises
        ConversationClosed, and IdempotencyConflict when the id came before with other content.
        """
        entry = Entry(
            id=self._ids.message_id(),
            draft=Draft(Author.MEMBER, text, channel=channel),
            client_message_id=client_message_id,
            choice=choice,
        )

        def decide(conversation: Conversation) -> Change:
            now = self._clock()
            heard = rules.hear(conversation, now, self._settings.verified_for, channel)
            if channel is Channel.SMS:
                heard = replace(heard, expires_at=max(heard.expires_at, now + self._settings.text_lifetime))
            return Change(heard, entries=(entry,))

        try:
            recorded = await self._record.change(conversation_id, decide)
        except (AlreadyRecorded, ConversationClosed):
            # It came before, another gateway was a moment faster with it, or the conversation has ended since.
            turn = await self.find_turn(conversation_id, client_message_id, text=text, choice=choice)
            if turn is None:
                raise
            return turn
        return Turn(recorded.messages[0], heard_in=recorded.conversation)

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
        was_unheard: bool = False,
        effect: HandoffEffect | None = None,
        lookup: LookupRequest | None = None,
    ) -> Turn:
        """Records how a turn was answered, once, with what the answer does to the handoff and leaves to be looked up.

        `was_unheard` says that the engine was asked and did not answer. The replies of those who may not speak now are
        left out, and with them the effect and the look-up.
        """
        message = turn.message

        def decide(conversation: Conversation) -> Change:
            spoken = tuple(reply for reply in replies if rules.may_answer(conversation, message, reply.author))
            changed, change = conversation, Change(conversation)
            if effect is not None and (spoken or not replies) and conversation.holder is not Holder.CLOSED:
                changed, change = rules.apply(conversation, effect)
            asked = rules.ask(changed, spoken, awaiting if spoken else None)
            before = turn.heard_in.awaiting if turn.heard_in else conversation.awaiting
            if effect is None and conversation.awaiting not in (before, None):
                # Asked during the turn, after a press of the button: this answer must not take the question back.
                asked = replace(asked, awaiting=conversation.awaiting)
            asked = rules.note_engine(asked, message, model_id, was_unheard=was_unheard)
            entries = self._record.entries(_by_way(spoken, message, conversation), reply_to=message.id)
            return replace(
                change,
                conversation=asked,
                entries=entries,
                answer=Answer(message.id, understood, self.read_state(asked), model_id),
                reads_state=self.read_state,
                lookup=lookup if spoken else None,
                # Whoever asks again is told the same, whichever way they asked first.
                announcement=next((entry.id for entry in entries if entry.draft.outcome in _ANNOUNCES), None),
            )

        try:
            recorded = await self._record.change(conversation_id, decide)
        except AlreadyRecorded:
            answered = await self._store.find_turn(conversation_id, message.client_message_id or "")
            if answered is None:
                raise
            return answered
        return Turn(message, recorded.messages, understood, self.read_state(recorded.conversation))

    async def list_unheard(self, conversation: Conversation) -> tuple[MessageId, ...]:
        """The newest messages of which the engine may know an answer that was never said; hardly ever any."""
        if conversation.unheard_from is None:
            return ()
        return await self._store.list_unheard(conversation.id, conversation.unheard_from)

    async def record_verification(self, conversation_id: str, member_id: str) -> None:
        """The member of this conversation proved to be this one. Raises ConversationClosed."""
        now = self._clock()
        await self._record.change(conversation_id, lambda found: Change(rules.verify(found, member_id, now)))

    async def record_plan(self, conversation_id: str, plan_id: str | None, state: str | None) -> None:
        """The member named their plan (and state, if they did), so that it is asked only once; None forgets it."""
        await self._record.change(
            conversation_id,
            lambda found: Change(replace(found, plan_id=plan_id, state=state or found.state)),
        )

    async def record_locale(self, conversation_id: str, locale: str) -> None:
        """The member writes in this language. Raises ConversationClosed."""

        def decide(conversation: Conversation) -> Change:
            rules.check_open(conversation)
            return Change(replace(conversation, locale=locale))

        await self._record.change(conversation_id, decide)

    async def record_saying(self, conversation_id: str, *drafts: Draft) -> tuple[Message, ...]:
        """Records what the assistant says of itself. Raises ConversationClosed."""

        def decide(conversation: Conversation) -> Change:
            rules.check_open(conversation)
            return Change(conversation, entries=self._record.entries(drafts))

        return (await self._record.change(conversation_id, decide)).messages

    async def find_promised_call(self, conversation_id: str) -> CallbackPromise | None:
        """The call that a coach is to make and has not made."""
        return await self._store.find_promised_call(conversation_id)

    async def count_line(self) -> Line:
        """How many wait for a coach, and how long others waited lately."""
        return await self._store.count_line(self._clock())

    async def list_last_messages(self, conversation_id: str, limit: int) -> tuple[Message, ...]:
        """The newest `limit` messages, in order."""
        return await self._store.list_last_messages(conversation_id, limit)

    async def close_conversation(self, conversation_id: str, *, farewell: Draft | None) -> tuple[Message, ...]:
        """Ends the conversation and any request in it; closing twice says nothing twice."""

        def decide(conversation: Conversation) -> Change:
            was_open = conversation.holder is not Holder.CLOSED
            entries = self._record.entries((farewell,) if farewell and was_open else ())
            stood = conversation.handoff is not None
            return Change(
                rules.close(conversation, self._clock()),
                entries=entries,
                ends=Ending(HandoffEvent.CLOSED) if stood else None,
                log=(Logged(HandoffEvent.CLOSED, "member"),) if stood else (),
            )

        return (await self._record.change(conversation_id, decide)).messages

    async def record_warning(self, conversation_id: str, warning: Draft, effect: HandoffEffect) -> tuple[Message, ...]:
        """Records what the safety gate says to words that are no message; said once until the member writes again.

        Raises ConversationClosed.
        """
        said = () if await self.find_warning(conversation_id, warning) else (warning,)

        def decide(conversation: Conversation) -> Change:
            rules.check_open(conversation)
            changed, change = rules.apply(conversation, effect)
            return replace(change, conversation=changed, entries=self._record.entries(said))

        return (await self._record.change(conversation_id, decide)).messages

    async def find_warning(self, conversation_id: str, warning: Draft) -> Message | None:
        """The same warning, if it was said since the member wrote last."""
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


def _by_way(replies: tuple[Draft, ...], message: Message, conversation: Conversation) -> tuple[Draft, ...]:
    """An answer goes the way that the message came, unless it says otherwise.

    Whoever texted and has gone on in the secure chat is answered there: what may be shown there may not be texted.
    """
    way = Channel.WEB if conversation.channel is Channel.WEB else message.channel
    return tuple(replace(reply, channel=reply.channel or way) for reply in replies)
