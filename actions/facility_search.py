"""Which facilities of the plan's network are near this ZIP code, and is this one among them?"""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.facility_answers import FacilityAnswers
from actions.facility_places import find_named_place
from actions.facility_words import asks_about_one, asks_for_all, find_asked_name, find_named, has_no_zip_code, is_town
from actions.form_steps import (
    FACILITY_FORM,
    MISSES,
    MISSES_BEFORE_GIVING_UP,
    ask_plan,
    begin_form,
    mark_progress,
    resume_form,
)
from actions.form_words import has_no_answer
from actions.phrases import Phrases
from actions.plan_form import names_no_plan_on_file
from actions.replies import Replies
from actions.services import ActionServices
from actions.topic_action import TopicAction, TurnAction
from actions.turn_context import UNKNOWN_PLAN, Turn
from actions.waiting import go_back, keep_about
from knowledge.facilities.model import FacilityMatch, UnknownZipCode
from knowledge.facilities.places import find_place
from knowledge.policies.model import Plan

_OTHER_SUBJECTS = frozenset({"out_of_scope", "out_of_scope_far"})
# The value of the button for the whole list.
_ALL = "all"
# What a member may name instead of a ZIP code without having missed the question.
_OTHER_ANSWERS = ("age", "age_group", "for_whom", "therapy", "condition", "plan")


class AnswerFacilitySearch(TopicAction):
    """Needs the plan, and the ZIP code for what is near; the list itself and a hospital by name need none."""

    topic = "facility_search"

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        super().__init__(services, phrases)
        self._answers = FacilityAnswers(services, phrases)

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Runs at the question itself and again when the form has what it needs."""
        if turn.active_form is None and (turn.slots.missed_answers or 0) >= MISSES_BEFORE_GIVING_UP:
            replies.say("utter_facility_search_gave_up", "handoff_offered")
            return [SlotSet("missed_answers", None), SlotSet("pending_questions", None), *resume_form(turn)]
        turn, back = go_back(turn) if turn.is_bare_answer else (turn, [])
        return [*back, *await self._respond(turn, replies)]

    async def _respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        zip_code = turn.named("zip_code")
        if turn.plan is None and not turn.plan_is_unknown:
            kept = [SlotSet("zip_code", zip_code)] if zip_code and _is_place(zip_code) else []
            return [*kept, *ask_plan(turn, self.topic)]
        if turn.plan is None:
            replies.say("utter_facility_search_plan_unknown", "no_facility")
            return self._done(turn)
        network = await self.services.facilities.list_network(payer=turn.plan.payer, as_of=turn.today)
        if not network:
            replies.say("utter_facility_search_no_network", "no_facility", payer=turn.plan.payer_name)
            return self._done(turn)
        if zip_code is None and self._say_without_zip_code(turn, network, turn.plan, replies):
            return self._done(turn)
        return await self._search(turn, turn.plan, network, zip_code, replies)

    def _say_without_zip_code(self, turn: Turn, network: Sequence[FacilityMatch], plan: Plan, replies: Replies) -> bool:
        named = set(turn.entities.get("facility", ()))
        if _ALL in named:
            self._answers.say_all("utter_facility_search_all", network, plan, replies)
            return True
        meant = named | find_named(turn.text, [match.facility for match in network])
        listed = [match for match in network if match.facility.id in meant]
        if listed:
            self._answers.say_listed(listed, plan, replies)
        elif named or asks_about_one(turn.text):
            known = next(iter(sorted(named)), "").replace("_", " ").title()
            asked = find_asked_name(turn.text) or known or self.phrases.say("utter_facility_search_part_that_name")
            self._answers.say_all("utter_facility_search_names", network, plan, replies, asked=asked)
        elif asks_for_all(turn.text):
            self._answers.say_all("utter_facility_search_all", network, plan, replies)
        elif has_no_zip_code(turn.text) or (
            turn.active_form is None and turn.intent in MISSES and has_no_answer(turn.text)
        ):
            self._answers.say_all("utter_facility_search_without_zip_code", network, plan, replies)
        else:
            return False
        return True

    async def _search(
        self, turn: Turn, plan: Plan, network: Sequence[FacilityMatch], named: str | None, replies: Replies
    ) -> list[EventType]:
        facilities = [match.facility for match in network]
        place = find_named_place(turn, facilities) if named is None else None
        zip_code = place.zip_code if place else named or turn.slots.zip_code
        if zip_code is None or not _is_place(zip_code):
            if place and not place.is_town:
                replies.say("utter_facility_search_place_named", "clarify", place=place.name)
            # Of a ZIP code that does not exist the form says so, which reads this message, too. The older one is
            # another place.
            town = place.name if place and place.is_town else None
            forgotten = [SlotSet("topic_in_progress", None), SlotSet("zip_code", None), SlotSet("town", town)]
            return [*forgotten, keep_about(turn), *begin_form(turn, FACILITY_FORM)]
        therapy = turn.named("therapy") or turn.slots.therapy
        age_group = _find_age_group(turn)
        await self._answers.say_nearest(zip_code, plan, turn.today, therapy, age_group, replies)
        return [SlotSet("zip_code", zip_code), SlotSet("age_group", age_group), *self._done(turn)]

    def _done(self, turn: Turn) -> list[EventType]:
        return [
            SlotSet("last_topic", self.topic),
            SlotSet("facts_given", None),
            SlotSet("missed_answers", None),
            SlotSet("town", None),
            SlotSet("waiting_about", None),
            *resume_form(turn),
        ]


class ValidateFacilityForm(TurnAction):
    """Takes the ZIP code and the plan from what the member writes while the form is open."""

    action_name = "validate_facility_form"
    keeps_plan = False
    topic = AnswerFacilitySearch.topic

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Nothing taken means that the form steps back and the question in the message is answered."""
        answers_form = turn.is_bare_answer or turn.intent == self.topic
        events: list[EventType] = []
        if turn.named("zip_code") and (answers_form or turn.requested_slot == "zip_code"):
            events += self._take_zip_code(turn, replies)
        elif turn.requested_slot == "zip_code":
            events += self._take_other_answer(turn, replies)
        if turn.plan and turn.slots.plan != turn.plan.id and (answers_form or turn.requested_slot is None):
            events.append(SlotSet("plan", turn.plan.id))
        elif turn.plan is None and turn.requested_slot == "plan" and names_no_plan_on_file(turn):
            events.append(SlotSet("plan", UNKNOWN_PLAN))
        return events

    def _take_zip_code(self, turn: Turn, replies: Replies) -> list[EventType]:
        zip_code = turn.named("zip_code") or ""
        if _is_place(zip_code):
            return [SlotSet("zip_code", zip_code), SlotSet("missed_answers", None), mark_progress(turn)]
        if turn.requested_slot is None:
            # It came with the question that opens the form: nothing was asked for yet that it could have missed.
            replies.say("utter_facility_search_unknown_zip_code", "clarify")
            return [SlotSet("zip_code", None)]
        return self._count_miss("utter_facility_search_unknown_zip_code", turn, replies)

    def _take_other_answer(self, turn: Turn, replies: Replies) -> list[EventType]:
        cannot_say = turn.intent in MISSES and has_no_answer(turn.text)
        ends = cannot_say or has_no_zip_code(turn.text) or asks_for_all(turn.text) or turn.named("facility")
        if ends or (turn.intent == self.topic and asks_about_one(turn.text)):
            # No ZIP code is to come: the form ends, and the answer is what can be said without one.
            # Rasa takes the message for unanswered unless another slot is set, too.
            return [SlotSet("zip_code", None), SlotSet("missed_answers", None), SlotSet("requested_slot", None)]
        if place := (find_named_place(turn) if _may_name_place(turn) else None):
            if place.zip_code:
                return [SlotSet("zip_code", place.zip_code), SlotSet("missed_answers", None), mark_progress(turn)]
            if place.is_town:
                # Its state is asked for.
                return [SlotSet("town", place.name), SlotSet("missed_answers", None), mark_progress(turn)]
        if turn.intent == self.topic or turn.intent not in MISSES:
            return []
        if any(turn.named(entity) for entity in _OTHER_ANSWERS):
            return [SlotSet("missed_answers", None), mark_progress(turn)]
        return self._count_miss("utter_facility_search_not_a_zip_code", turn, replies)

    def _count_miss(self, key: str, turn: Turn, replies: Replies) -> list[EventType]:
        misses = (turn.slots.missed_answers or 0) + 1
        if misses >= MISSES_BEFORE_GIVING_UP or turn.asked.is_enough("zip_code"):
            given_up = SlotSet("missed_answers", MISSES_BEFORE_GIVING_UP)
            return [SlotSet("zip_code", None), given_up, SlotSet("requested_slot", None)]
        replies.say(key, "clarify")
        return [SlotSet("zip_code", None), SlotSet("missed_answers", misses)]


def _may_name_place(turn: Turn) -> bool:
    """True for what is no question of its own; a town that nobody has heard of sounds like another subject."""
    return turn.intent in MISSES or (turn.intent in _OTHER_SUBJECTS and is_town(turn.text))


def _is_place(zip_code: str) -> bool:
    try:
        find_place(zip_code)
    except UnknownZipCode:
        return False
    return True


def _find_age_group(turn: Turn) -> str | None:
    """The age group asked about; an older one ends when the question turns to somebody else."""
    named, whom, before = turn.named("age_group"), turn.named("for_whom"), turn.slots.age_group
    stays = whom is None or (whom == "child" and before == "pediatric")
    return named or (before if stays else None)
