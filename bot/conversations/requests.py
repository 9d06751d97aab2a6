"""How does a member ask for a coach, and take it back? Outside a turn; within one, the answer carries it."""

from __future__ import annotations

from dataclasses import replace

from bot import wording as words
from bot.conversations import rules
from bot.conversations.announcements import Announcement, Announcements
from bot.conversations.handoff import HandoffEvent, Urgency
from bot.conversations.model import (
    Channel,
    Conversation,
    Draft,
    HandoffCancellation,
    HandoffCause,
    HandoffRequest,
    Holder,
    Line,
    Told,
)
from bot.conversations.port import Change, Ending, HandoffEffect, Logged, Request
from bot.conversations.record import Record
from bot.conversations.service import ConversationService


class HandoffRequests:
    """The member's side of a handoff. Every method raises StoreUnavailable when the database cannot answer."""

    def __init__(self, record: Record, conversations: ConversationService, announcements: Announcements) -> None:
        self._record = record
        self._conversations = conversations
        self._announcements = announcements

    async def request_handoff(
        self,
        conversation_id: str,
        *,
        reason: str,
        cause: HandoffCause,
        announces: bool = False,
        silently: bool = False,
        warning: Draft | None = None,
        channel: Channel | None = None,
    ) -> HandoffRequest:
        """The member wants a person: recorded once, however often it is asked. Raises ConversationClosed.

        With `announces` the member is told in the same transaction, by `channel`; asked again, the same message comes
        back. An action leaves it out, and the gateway tells with the action's reply; `silently` nobody tells. `warning`
        is what the safety gate says to the reason: recorded, and given again without being recorded again.
        """
        before = await self._record.get(conversation_id)
        duty = await self._announcements.look(before)
        warned = await self._conversations.find_warning(conversation_id, warning) if warning else None
        request = self._announcements.request(duty, cause, reason, has_danger=warning is not None)
        already = False

        def decide(conversation: Conversation) -> Change:
            nonlocal already
            rules.check_open(conversation)
            conversation = replace(conversation, channel=channel or conversation.channel)
            already = conversation.handoff is not None
            told = conversation.handoff.message_id if conversation.handoff else None
            announcement: Announcement | None = None
            if announces and told is None and conversation.holder is not Holder.COACH:
                announcement = self._announcements.standing(conversation, duty, _ahead(conversation.line, request))
            unsaid: Told | None = ("waiting" if duty.on_duty else "unavailable") if silently else None
            effect = HandoffEffect(opens=request, told=announcement.told if announcement else unsaid)
            changed, change = rules.apply(conversation, effect)
            warnings = self._record.entries((warning,) if warning and not warned else ())
            entries = self._record.entries((announcement.draft,) if announcement else ())
            if announcement:
                changed = rules.ask(changed, (announcement.draft,), announcement.awaiting or changed.awaiting)
            return change.with_messages(changed, (*warnings, *entries), entries[0].id if entries else None)

        recorded = await self._record.change(conversation_id, decide, counts_line=True)
        standing = recorded.conversation.handoff
        messages = (*((warned,) if warned else ()), *recorded.messages)
        told = standing.message_id if standing else None
        if announces and told and told not in {message.id for message in messages}:
            said = await self._record.store.find_message(told)
            messages = (*messages, said) if said else messages
        return HandoffRequest(standing.position if standing else 0, already, messages)

    async def cancel_handoff(
        self, conversation_id: str, *, announces: bool = False, channel: Channel | None = None
    ) -> HandoffCancellation:
        """Ends the request or the live part, whichever stands; `announces` tells the member, by `channel`.

        Raises ConversationClosed.
        """
        ended = Holder.ASSISTANT
        keys = {Holder.WAITING: words.HANDOFF_CANCELLED, Holder.COACH: words.COACH_ENDED}

        def decide(conversation: Conversation) -> Change:
            nonlocal ended
            conversation = replace(conversation, channel=channel or conversation.channel)
            ended = conversation.holder
            resumed = rules.resume(conversation)
            if ended is Holder.ASSISTANT:
                return Change(resumed)
            said = (self._announcements.say(keys[ended], conversation),) if announces else ()
            event = HandoffEvent.CANCELLED
            return Change(
                resumed,
                entries=self._record.entries(said),
                ends=Ending(event),
                log=(Logged(event, "member"),),
            )

        recorded = await self._record.change(conversation_id, decide)
        return HandoffCancellation(ended, recorded.messages)


def _ahead(line: Line | None, request: Request) -> Line | None:
    """Who is before this request: for danger only the urgent ones."""
    return replace(line, waiting=line.urgent) if line and request.urgency is Urgency.URGENT else line
