"""What may a coach do with a conversation? Every action is checked, fenced by a version, logged and told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot import wording as words
from bot.conversations import rules
from bot.conversations.announcements import Announcements
from bot.conversations.coach_service import PRESENT_FOR, CoachService
from bot.conversations.coach_view import CoachView, Texting, read_coach_view, read_texting
from bot.conversations.desk_store import DeskStore
from bot.conversations.handoff import (
    Coach,
    CoachId,
    CoachNotOnDuty,
    CoachRef,
    HandoffEvent,
    HandoffOutcome,
    MemberOptedOut,
    MessageNotFound,
    Note,
    NotHolder,
    QueueItem,
    Role,
    VersionConflict,
)
from bot.conversations.live import Typing
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationNotFound,
    Draft,
    IdempotencyConflict,
    Message,
    State,
)
from bot.conversations.port import AlreadyRecorded, Change, Ending, Entry, Logged
from bot.conversations.record import Record

_LOOKED_BACK = 20
_TALK_LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class Handled:
    """What an action of a coach led to: what the member was told, where things stand, and the new version."""

    messages: tuple[Message, ...]
    state: State
    version: int


class Screen(Protocol):
    """Decides what may be texted."""

    async def screen(self, conversation: Conversation, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
        """The drafts as they may go out, the first of them first. Raises StoreUnavailable."""
        ...


class HandoffService:
    """The coaches' side of a handoff. Every method raises StoreUnavailable when the database cannot answer.

    `version` is the conversation's `handoff_version` that the coach saw; an older one raises VersionConflict.
    """

    def __init__(
        self,
        record: Record,
        desk: DeskStore,
        coaches: CoachService,
        announcements: Announcements,
        screen: Screen | None = None,
    ) -> None:
        self._record = record
        self._desk = desk
        self._coaches = coaches
        self._announcements = announcements
        self._screen = screen

    async def list_queue(self) -> tuple[QueueItem, ...]:
        """The waiting, urgent first and then oldest first, and after them those that a coach holds."""
        return await self._desk.list_queue(self._record.clock())

    async def view_conversation(self, conversation_id: str, coach_id: CoachId) -> CoachView:
        """One conversation with its packet; that the coach looked is logged.

        Raises ConversationNotFound, also for a conversation that never asked for a person.
        """
        conversation = await self._access(conversation_id)
        await self._desk.record_event(conversation, HandoffEvent.VIEWED, coach_id, self._record.clock())
        return await read_coach_view(self._record, self._desk, conversation)

    async def view_message(self, conversation_id: str, message_id: str, coach_id: CoachId) -> Message:
        """One message of such a conversation; that the coach looked is logged.

        Raises ConversationNotFound, MessageNotFound.
        """
        conversation = await self._access(conversation_id)
        messages = await self._record.store.list_messages(conversation.id, 0)
        found = next((message for message in messages if message.id == message_id), None)
        if found is None:
            raise MessageNotFound
        await self._desk.record_event(conversation, HandoffEvent.VIEWED, coach_id, self._record.clock())
        return found

    async def list_messages_for_coach(self, conversation_id: str, after: int) -> tuple[Message, ...]:
        """The messages after a seq. Raises ConversationNotFound."""
        await self._access(conversation_id)
        return await self._record.store.list_messages(conversation_id, after)

    async def read_texting(self, conversation_id: str) -> Texting:
        """May the member be texted, and what has arrived? Raises ConversationNotFound."""
        return await read_texting(self._desk, await self._access(conversation_id))

    async def claim(self, conversation_id: str, coach_id: CoachId, version: int) -> Handled:
        """Takes a waiting conversation; the member is told who is there, and the assistant falls silent.

        Raises AlreadyClaimed with who has it, NotWaiting, VersionConflict, CoachNotOnDuty, ConversationClosed.
        """
        coach = await self._check_on_duty(coach_id)

        def decide(conversation: Conversation) -> Change:
            if conversation.coach is not None and conversation.coach.id == coach_id:
                # The answer to the first claim was lost on its way.
                return Change(conversation)
            claimed = rules.claim(conversation, coach.ref)
            _check_version(conversation, version)
            claimed = replace(claimed, expires_at=max(claimed.expires_at, self._lasting()))
            return Change(
                claimed,
                entries=self._record.entries((self._announcements.joined(conversation, coach.ref),)),
                claims=coach_id,
                log=(Logged(HandoffEvent.CLAIMED, None, coach_id),),
            )

        return await self._handle(conversation_id, decide)

    async def write(
        self, conversation_id: str, coach_id: CoachId, version: int, client_message_id: str, text: str
    ) -> Message:
        """Writes to the member; the same client_message_id again gives the same message.

        Raises NotHolder, VersionConflict, MemberOptedOut, IdempotencyConflict, ConversationClosed.
        """
        said = await self._find_said(conversation_id, coach_id, client_message_id, text)
        if said is not None:
            return said
        current = await self._access(conversation_id)
        if current.channel is Channel.SMS and await self._desk.is_opted_out(current):
            raise MemberOptedOut

        author = await self._coaches.get(coach_id)
        drafts: tuple[Draft, ...] = (
            # The way is settled here: the member may take the other one before this is recorded.
            Draft(Author.COACH, text, author_name=author.name, channel=current.channel),
        )
        if self._screen is not None:
            drafts = await self._screen.screen(current, drafts)

        drafts = (*drafts, *await self._nudge(current))

        def decide(conversation: Conversation) -> Change:
            _check_holder(conversation, coach_id, version)
            entry = Entry(self._record.ids.message_id(), drafts[0], client_message_id=client_message_id)
            return Change(conversation, entries=(entry, *self._record.entries(drafts[1:])))

        try:
            recorded = await self._record.change(conversation_id, decide)
        except AlreadyRecorded:
            said = await self._find_said(conversation_id, coach_id, client_message_id, text)
            if said is None:
                raise
            return said
        return recorded.messages[0]

    async def add_note(self, conversation_id: str, coach_id: CoachId, text: str) -> Note:
        """Keeps a note for other coaches; the member never sees it. Raises ConversationNotFound."""
        await self._access(conversation_id)
        coach = await self._coaches.get(coach_id)
        return await self._desk.add_note(conversation_id, coach.ref, text, self._record.clock())

    async def give_back(
        self, conversation_id: str, coach_id: CoachId, version: int, outcome: HandoffOutcome, note: str | None
    ) -> Handled:
        """Returns the conversation to the assistant, which says that it is back and knows the outcome.

        Raises NotHolder, VersionConflict, ConversationClosed.
        """
        coach = await self._coaches.get(coach_id)

        def decide(conversation: Conversation) -> Change:
            _check_holder(conversation, coach, version)
            resumed = replace(rules.resume(conversation), last_outcome=outcome)
            said = self._announcements.resumed(conversation, conversation.coach, outcome)
            return Change(
                resumed,
                entries=self._record.entries((said,)),
                ends=Ending(HandoffEvent.RETURNED, outcome, note),
                log=(Logged(HandoffEvent.RETURNED, outcome.value, coach_id),),
            )

        return await self._handle(conversation_id, decide)

    async def close(
        self, conversation_id: str, coach_id: CoachId, version: int, outcome: HandoffOutcome, note: str | None
    ) -> Handled:
        """Ends the conversation. Raises NotHolder, VersionConflict, ConversationClosed."""
        coach = await self._coaches.get(coach_id)

        def decide(conversation: Conversation) -> Change:
            _check_holder(conversation, coach, version)
            closed = replace(rules.close(conversation, self._record.clock()), last_outcome=outcome)
            return Change(
                closed,
                entries=self._record.entries((self._announcements.say(words.COACH_CLOSED, conversation),)),
                ends=Ending(HandoffEvent.CLOSED, outcome, note),
                log=(Logged(HandoffEvent.CLOSED, outcome.value, coach_id),),
            )

        return await self._handle(conversation_id, decide)

    async def transfer(self, conversation_id: str, coach_id: CoachId, version: int, to: CoachId) -> Handled:
        """Hands the conversation to another coach on duty; the member is told who it is.

        Raises NotHolder, VersionConflict, CoachNotOnDuty, CoachNotFound, ConversationClosed.
        """
        coach = await self._coaches.get(coach_id)
        successor = await self._check_on_duty(to)

        def decide(conversation: Conversation) -> Change:
            _check_holder(conversation, coach, version)
            if conversation.coach == successor.ref:
                return Change(conversation)
            return Change(
                rules.give_to(conversation, successor.ref),
                entries=self._record.entries(
                    (self._announcements.joined(conversation, successor.ref, takes_over=True),)
                ),
                claims=successor.id,
                log=(Logged(HandoffEvent.TRANSFERRED, successor.id, coach_id),),
            )

        return await self._handle(conversation_id, decide)

    async def release_all(self, coach_id: CoachId, event: HandoffEvent = HandoffEvent.RELEASED) -> int:
        """Gives everything that a coach holds back to the queue, each at its old place; returns how many.

        The calls that they took are open again, too.
        """
        released = 0
        await self._desk.release_calls(None, coach_id)
        for conversation_id in await self._desk.list_held_by(coach_id):
            released += await self.release(conversation_id, coach_id, event)
        return released

    async def release(
        self, conversation_id: str, coach_id: CoachId, event: HandoffEvent, *, unless_seen_at: datetime | None = None
    ) -> bool:
        """Puts one conversation back at its old place in the queue, and tells the member.

        False, and nothing is done, unless this coach holds it, and gave no sign of life around `unless_seen_at`.
        """

        def decide(conversation: Conversation) -> Change:
            holder = conversation.coach
            if holder is None or holder.id != coach_id:
                raise NotHolder
            seen_at = conversation.coach_seen_at
            if unless_seen_at is not None and seen_at is not None and abs(unless_seen_at - seen_at) <= PRESENT_FOR:
                raise NotHolder
            key = words.COACH_VANISHED if event is HandoffEvent.VANISHED else words.COACH_LEFT
            entries = self._record.entries((self._announcements.say(key, conversation),))
            return Change(
                rules.release(conversation),
                entries=entries,
                announcement=entries[0].id,
                told="waiting",
                releases=True,
                log=(Logged(event, None, holder.id),),
            )

        try:
            await self._record.change(conversation_id, decide)
        except (NotHolder, ConversationNotFound):
            return False
        return True

    def show_typing(self, conversation_id: str) -> None:
        """Tells the member's open pages that the coach is writing."""
        self._record.live.publish(conversation_id, Typing(Author.COACH))

    async def _nudge(self, conversation: Conversation) -> tuple[Draft, ...]:
        """A text with a link, once, to a member who went from texts to the secure chat and has no page open now."""
        if conversation.channel is not Channel.WEB or conversation.member_address is None:
            return ()
        if self._record.live.has_page(conversation.id, self._record.clock()):
            return ()
        for message in reversed(await self._record.store.list_last_messages(conversation.id, _LOOKED_BACK)):
            if message.author is Author.MEMBER:
                break
            if message.key == words.SMS_COACH_WROTE:
                return ()
        nudge = self._announcements.say(words.SMS_COACH_WROTE, replace(conversation, channel=Channel.SMS))
        return (replace(nudge, channel=Channel.SMS, with_link=True),)

    async def _access(self, conversation_id: str) -> Conversation:
        conversation = await self._record.get(conversation_id)
        if not await self._desk.has_handoff(conversation_id):
            raise ConversationNotFound
        return conversation

    async def _check_on_duty(self, coach_id: CoachId) -> Coach:
        coach = next((coach for coach in await self._coaches.list_on_duty() if coach.id == coach_id), None)
        if coach is None:
            await self._coaches.get(coach_id)
            raise CoachNotOnDuty
        return coach

    async def _find_said(
        self, conversation_id: str, coach_id: CoachId, client_message_id: str, text: str
    ) -> Message | None:
        turn = await self._record.store.find_turn(conversation_id, client_message_id)
        if turn is None:
            return None
        if turn.message.author is not Author.COACH or turn.message.text != text:
            raise IdempotencyConflict
        return turn.message

    def _lasting(self) -> datetime:
        # A token must not run out in the middle of a talk with a person.
        return self._record.clock() + _TALK_LASTS

    async def _handle(self, conversation_id: str, decide: Callable[[Conversation], Change]) -> Handled:
        await self._access(conversation_id)
        recorded = await self._record.change(conversation_id, decide)
        after = recorded.conversation
        return Handled(recorded.messages, self._record.read_state(after), after.handoff_version)


def _check_version(conversation: Conversation, version: int) -> None:
    if conversation.handoff_version != version:
        raise VersionConflict


def _check_holder(conversation: Conversation, coach: Coach | CoachId, version: int) -> CoachRef:
    """The coach who holds, if it is this one or a supervisor acts.

    Raises ConversationClosed, NotHolder, VersionConflict.
    """
    rules.check_open(conversation)
    holder = conversation.coach
    if holder is None:
        raise NotHolder
    is_supervisor = isinstance(coach, Coach) and coach.role is Role.SUPERVISOR
    if holder.id != (coach.id if isinstance(coach, Coach) else coach) and not is_supervisor:
        raise NotHolder
    _check_version(conversation, version)
    return holder
