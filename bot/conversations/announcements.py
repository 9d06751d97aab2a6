"""What is a member told about their request for a coach? Only what is so at this moment."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import wording as words
from bot.conversations import rules
from bot.conversations.calendar_words import CalendarWords
from bot.conversations.duty import Duty, DutyNow
from bot.conversations.handoff import CoachRef, HandoffOutcome, Urgency
from bot.conversations.model import Author, Awaiting, Conversation, Draft, HandoffCause, Line, QuickReply, Told
from bot.conversations.port import Request
from bot.conversations.vocabulary import CALLBACK_CHOICE
from bot.conversations.waiting_times import estimate_wait
from bot.wording import Wording

_A_DAY, _UNKNOWN_HOURS = timedelta(days=1), timedelta(days=3)
ASK_WINDOW = Awaiting("callback_window", "choice")


@dataclass(frozen=True)
class Announcement:
    """A message about the request, what it tells (`told`), and what it asks."""

    draft: Draft
    told: Told
    awaiting: Awaiting | None = None


class Announcements:
    """Makes the messages about requests, coaches and call-backs, in the member's language and way."""

    def __init__(self, wording: Wording, duty: Duty) -> None:
        self._wording = wording
        self._duty = duty

    async def look(self, conversation: Conversation) -> DutyNow:
        """Whether a coach is there for this member. Raises StoreUnavailable."""
        return await self._duty.look(conversation.plan_id)

    def request(self, duty: DutyNow, cause: HandoffCause, reason: str = "", *, has_danger: bool = False) -> Request:
        """A request as it is opened now; it keeps the conversation open until a coach could have seen it."""
        if duty.opens_at is None and not duty.on_duty:
            keeps_until = duty.at + _UNKNOWN_HOURS
        else:
            keeps_until = max(duty.at, duty.opens_at or duty.at) + _A_DAY
        return Request(reason, cause, rules.urgency_of(cause, has_danger), duty.on_duty, keeps_until)

    def after_danger(self, conversation: Conversation, duty: DutyNow) -> Announcement:
        """What becomes of the danger that was put before the coaches: said after the warning, and never before it."""
        if duty.on_duty:
            return Announcement(self.say(words.SAFETY_WAITING, conversation), "waiting")
        if not duty.windows:
            return Announcement(self.say(words.SAFETY_NO_CALLBACK, conversation), "unavailable")
        draft = self.with_windows(self.say(words.SAFETY_UNAVAILABLE, conversation), conversation, duty)
        return Announcement(draft, "unavailable", ASK_WINDOW)

    def standing(self, conversation: Conversation, duty: DutyNow, line: Line | None = None) -> Announcement:
        """How the request stands: `line` are the others where it is new; asked again while waiting, without."""
        if is_urgent(conversation):
            return self.after_danger(conversation, duty)
        if not duty.on_duty:
            return self.unavailable(conversation, duty)
        if line is None:
            return Announcement(self.say(words.ALREADY_WAITING, conversation), "waiting")
        position = line.waiting + 1
        estimate = estimate_wait(line.waits, position)
        if estimate is None:
            return Announcement(self.say(words.HANDOFF_WAITING, conversation, position=position), "waiting")
        low, high = estimate
        said = self.say(words.HANDOFF_WAITING_ESTIMATE, conversation, position=position, low=low, high=high)
        return Announcement(said, "waiting")

    def unavailable(self, conversation: Conversation, duty: DutyNow, *, since_asked: bool = False) -> Announcement:
        """Nobody is on duty: said as it is, with a call-back where the hours are known. `since_asked`: somebody was."""
        if is_urgent(conversation):
            return self.after_danger(conversation, duty)
        if not duty.windows:
            key = words.NOBODY_LEFT_NO_CALLBACK if since_asked else words.HANDOFF_NO_CALLBACK
            return Announcement(self.say(key, conversation), "unavailable")
        if since_asked:
            draft = self.say(words.NOBODY_LEFT, conversation)
        elif duty.opens_at and duty.time_zone and duty.opens_at > duty.at:
            opens = CalendarWords(self._wording, conversation.locale).moment(duty.opens_at, duty.time_zone, duty.at)
            draft = self.say(words.HANDOFF_UNAVAILABLE_OPENS, conversation, opens=opens)
        else:
            draft = self.say(words.HANDOFF_UNAVAILABLE, conversation)
        return Announcement(self.with_windows(draft, conversation, duty), "unavailable", ASK_WINDOW)

    def here_now(self, conversation: Conversation, duty: DutyNow) -> Announcement:
        """A coach came on duty while the member waited."""
        if is_urgent(conversation):
            return self.after_danger(conversation, duty)
        return Announcement(self.say(words.COACH_HERE_NOW, conversation), "waiting")

    def long_wait(self, conversation: Conversation, duty: DutyNow) -> Announcement | None:
        """It takes longer than usual; None where no call-back can be offered."""
        if not duty.windows:
            return None
        draft = self.with_windows(self.say(words.LONG_WAIT, conversation), conversation, duty)
        return Announcement(draft, "waiting", ASK_WINDOW)

    def with_windows(self, draft: Draft, conversation: Conversation, duty: DutyNow) -> Draft:
        """The message with the call-back windows under it, and the way to keep the place instead."""
        calendar = CalendarWords(self._wording, conversation.locale)
        offered = tuple(
            QuickReply(
                calendar.title(window, duty.today),
                CALLBACK_CHOICE + json.dumps({"day": window.day.isoformat(), "window": window.window}),
            )
            for window in duty.windows
        )
        no_call = self.say(words.CALLBACK_PART_NO_CALL, conversation).text
        declined = QuickReply(no_call, CALLBACK_CHOICE + json.dumps({"window": None}))
        return replace(draft, quick_replies=(*offered, declined))

    def joined(self, conversation: Conversation, coach: CoachRef, *, takes_over: bool = False) -> Draft:
        """A coach has the conversation now."""
        key = words.COACH_TRANSFERRED if takes_over else words.COACH_JOINED
        return self.say(key, conversation, coach=coach.name)

    def resumed(self, conversation: Conversation, coach: CoachRef | None, outcome: HandoffOutcome) -> Draft:
        """The assistant is back, and knows how the coach's part ended."""
        if coach is None:
            return self.say(words.RESUMED, conversation)
        return self.say(words.RESUMED_AFTER[outcome], conversation, coach=coach.name)

    def say(self, key: str, conversation: Conversation, **values: object) -> Draft:
        """A response of the gateway, as a message of this conversation."""
        return self._wording.draft(key, conversation.channel, conversation.locale, Author.ASSISTANT, **values)


def is_urgent(conversation: Conversation) -> bool:
    """True while somebody in danger waits: whatever is said to them has the numbers to call in it."""
    handoff = conversation.handoff
    return handoff is not None and (handoff.urgency is Urgency.URGENT or handoff.cause == "safety")
