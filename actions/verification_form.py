"""Is this the member? Member number and date of birth, in any order, and then one attempt."""

from __future__ import annotations

import re
from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.eligibility_member import AnswerEligibilityMember
from actions.form_steps import (
    MISSES,
    VERIFICATION_FORM,
    begin_form,
    forget_identity,
    leave_form,
    mark_progress,
    resume_form,
)
from actions.form_words import has_no_answer, has_no_card, takes_back_birth_date, takes_back_number
from actions.patience import RECORD_BUDGET_S, LookUpIsLate
from actions.phrases import Phrases
from actions.record_answer import CHILD, SELF
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TurnAction
from actions.turn_context import Turn, read_day
from bot.conversations.model import Channel
from knowledge.eligibility.model import VerificationOutcome

_MISSES = MISSES | {"affirm", "deny"}
# "My card is at home" may sound like a question on cards.
_MAY_ANSWER = _MISSES | {"eligibility_member", "out_of_scope", "out_of_scope_far", "complaint"}
# As member numbers are printed on cards: capitals perhaps, then at least five digits.
_MEMBER_NUMBER = re.compile(r"\b(?:[A-Z]{1,4}[ -]?)?\d[\d-]{4,15}[A-Za-z]?\b")
# Elsewhere "03.14.62" is a policy's number; here a birth date was asked for.
_WITH_POINTS = re.compile(r"(?P<month>\d{2})\.(?P<day>\d{2})\.(?P<year>\d{2})")


class ValidateVerificationForm(TurnAction):
    """Takes the member number and the date of birth wherever they stand in a message; a later one corrects."""

    action_name = "validate_verification_form"
    keeps_plan = False
    topic = AnswerEligibilityMember.topic

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Nothing taken means that the form steps back and the question in the message is answered."""
        if turn.channel is Channel.SMS:
            # Whatever the message says is no proof. Coming back to the form after its answer ends the form.
            return [SlotSet("requested_slot", None)]
        if VerifyMember.action_name in turn.actions_run:
            # Asked again after a failure: the message that just failed is not tried a second time.
            return []
        number, born = _find_member_number(turn), _find_date_of_birth(turn)
        events = [SlotSet("member_id", number)] if number else []
        events += [SlotSet("date_of_birth", born.isoformat())] if born else []
        events = events or _take_back(turn) or _take_whom(turn)
        if events:
            return [*events, SlotSet("missed_answers", None), mark_progress(turn)]
        if _cannot_prove(turn):
            # Nothing is to come: the form ends, and its last action says so. Rasa takes the message for unanswered
            # unless another slot is set, too.
            return [SlotSet("missed_answers", None), SlotSet("requested_slot", None)]
        return []


class VerifyMember(TurnAction):
    """Makes the attempt; a verified member's question is answered at once."""

    action_name = "action_verify_member"
    topic = AnswerEligibilityMember.topic

    def __init__(self, services: ActionServices, phrases: Phrases, record: AnswerEligibilityMember) -> None:
        super().__init__(services, phrases)
        self._record = record

    def events_after_failure(self) -> list[EventType]:
        """What was typed is forgotten even when nothing could be checked."""
        return forget_identity()

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Verified: recorded and answered. No match: asked again. Locked: the coach is offered. On SMS no attempt."""
        if turn.channel is Channel.SMS:
            # With both at hand the member waits for an answer; else another action has given it already.
            if turn.slots.member_id and turn.slots.date_of_birth:
                self.say_record_link(replies)
            return leave_form()
        if _cannot_prove(turn):
            replies.say("utter_eligibility_member_no_proof", "handoff_offered")
            return [*leave_form(), *resume_form(turn)]
        born = read_day(turn.slots.date_of_birth)
        if turn.slots.member_id is None or born is None:
            return [*forget_identity(), *begin_form(turn, VERIFICATION_FORM)]
        # Not waited for behind the turn: number and birth date would have to be kept, and who sits there may change.
        attempt = await self.services.eligibility.verify(
            member_number=turn.slots.member_id,
            date_of_birth=born,
            conversation_id=turn.conversation_id,
            budget_s=RECORD_BUDGET_S,
        )
        if attempt.outcome is VerificationOutcome.ABANDONED:
            raise LookUpIsLate
        if attempt.outcome is VerificationOutcome.LOCKED:
            replies.say("utter_eligibility_member_verify_locked", "verify_locked")
            return [*forget_identity(), *resume_form(turn)]
        if attempt.member_id is None:
            replies.say("utter_eligibility_member_verify_retry", "verify_retry", awaiting=("member_id", "text"))
            return [*forget_identity(), *begin_form(turn, VERIFICATION_FORM)]
        await self.services.conversations.record_verification(turn.conversation_id, attempt.member_id)
        replies.say("utter_eligibility_member_verified", "verified")
        # The date in this message may be the birth date: only a day from before the form is the one asked about.
        day = read_day(turn.slots.date)
        answered = await self._record.answer_from_record(turn, attempt.member_id, day, replies)
        return [*forget_identity(), *answered, *resume_form(turn)]


def _cannot_prove(turn: Turn) -> bool:
    """True for "I don't have my card with me" as the answer to a question of this form."""
    if turn.entities or "action_clarify" in turn.actions_run or turn.intent not in _MAY_ANSWER:
        return False
    return has_no_card(turn.text) or (turn.intent in _MISSES and has_no_answer(turn.text))


def _take_back(turn: Turn) -> list[EventType]:
    """What was wrong is asked for again."""
    is_wrong = {"member_id": takes_back_number(turn.text), "date_of_birth": takes_back_birth_date(turn.text)}
    kept = {"member_id": turn.slots.member_id, "date_of_birth": turn.slots.date_of_birth}
    return [SlotSet(name, None) for name, wrong in is_wrong.items() if wrong and kept[name]]


def _take_whom(turn: Turn) -> list[EventType]:
    """Whom the record is asked for, where the message says nothing else."""
    whom = turn.named("for_whom")
    return [SlotSet("for_whom", whom)] if whom in (SELF, CHILD) and turn.intent in _MISSES else []


def _find_member_number(turn: Turn) -> str | None:
    named = turn.named("member_id")
    if named or turn.named("date") or turn.requested_slot != "member_id" or not turn.is_bare_answer:
        return named
    written = _MEMBER_NUMBER.search(turn.text)
    return written[0] if written else None


def _find_date_of_birth(turn: Turn) -> date | None:
    """The birth date by name; a bare date only as the answer to the question, or beside a member number."""
    named = turn.named("date_of_birth")
    is_asked = turn.requested_slot in ("member_id", "date_of_birth") and turn.is_bare_answer
    if named is None and (is_asked or turn.names_birth_date):
        named = turn.named("date") or _read_points(turn.named("policy_number"), turn.today)
    born = read_day(named)
    return born if born and born <= turn.today else None


def _read_points(written: str | None, today: date) -> str | None:
    """The ISO date of "03.14.62", in the last hundred years."""
    found = _WITH_POINTS.fullmatch(written or "")
    if found is None:
        return None
    year = today.year - today.year % 100 + int(found["year"])
    return f"{year if year <= today.year else year - 100:04d}-{found['month']}-{found['day']}"
