"""Which facilities of the plan's network are near this ZIP code?"""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import FACILITY_FORM, MISSES_BEFORE_GIVING_UP, begin_form, resume_form
from actions.plan_form import names_no_plan_on_file
from actions.replies import Replies, Sources
from actions.spoken import say_day
from actions.topic_action import TopicAction, TurnAction
from actions.turn_context import UNKNOWN_PLAN, Turn
from knowledge.facilities.model import FacilityMatch, FacilitySearch, UnknownZipCode
from knowledge.facilities.places import find_place
from knowledge.policies.model import Plan


class AnswerFacilitySearch(TopicAction):
    """Asks for the ZIP code (and the plan) where they are unknown, then shows what is near."""

    topic = "facility_search"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Runs at the question itself and again when the form has what it needs."""
        if turn.active_form is None and (turn.slots.missed_answers or 0) >= MISSES_BEFORE_GIVING_UP:
            replies.say("utter_facility_search_gave_up", "handoff_offered")
            return [SlotSet("missed_answers", None), *resume_form(turn)]
        zip_code = turn.named("zip_code") or turn.slots.zip_code
        if zip_code is None or not _is_place(zip_code) or (turn.plan is None and not turn.plan_is_unknown):
            return [SlotSet("topic_in_progress", None), *begin_form(turn, FACILITY_FORM)]
        if turn.plan is None:
            replies.say("utter_facility_search_plan_unknown", "no_facility")
        else:
            await self._search(turn, turn.plan, zip_code, replies)
        return [
            SlotSet("zip_code", zip_code),
            SlotSet("last_topic", self.topic),
            SlotSet("facts_given", None),
            SlotSet("missed_answers", None),
            *resume_form(turn),
        ]

    async def _search(self, turn: Turn, plan: Plan, zip_code: str, replies: Replies) -> None:
        therapy = turn.named("therapy") or turn.slots.therapy
        age_group = turn.named("age_group") or turn.slots.age_group
        find = self.services.facilities.search
        found = await find(zip_code=zip_code, payer=plan.payer, as_of=turn.today, therapy=therapy, age_group=age_group)
        if found.network_name is None:
            replies.say("utter_facility_search_no_network", "no_facility", payer=plan.payer_name)
            return
        key = "utter_facility_search_found"
        if not found.matches and (therapy or age_group):
            # The source names neither therapy nor ages for them: shown all the same, and said so.
            found = await find(zip_code=zip_code, payer=plan.payer, as_of=turn.today)
            key = "utter_facility_search_unconfirmed"
        if not found.matches:
            replies.say("utter_facility_search_none", "no_facility", network=found.network_name or "")
            return
        self._show(key, found, plan, replies)

    def _show(self, key: str, found: FacilitySearch, plan: Plan, replies: Replies) -> None:
        replies.say(
            key,
            "facilities",
            sources=Sources(tuple(dict.fromkeys(match.citation() for match in found.matches))),
            cards=[match.card() for match in found.matches],
            network=found.network_name or "",
            payer=plan.payer_name,
            place=found.place or found.zip_code,
            facilities="\n".join(self._line(match) for match in found.matches),
            verified_on=say_day(found.verified_on) if found.verified_on else "",
        )

    def _line(self, match: FacilityMatch) -> str:
        key = "utter_facility_search_part_match" + ("_with_phone" if match.facility.phone else "")
        values = {"phone": match.facility.phone} if match.facility.phone else {}
        return self.phrases.say(key, name=match.facility.name, miles=f"{match.distance_miles:g}", **values)


class ValidateFacilityForm(TurnAction):
    """Takes the ZIP code and the plan from what the member writes while the form is open."""

    action_name = "validate_facility_form"
    keeps_plan = False
    topic = AnswerFacilitySearch.topic

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Nothing taken means that the form steps back and the question in the message is answered."""
        events: list[EventType] = []
        answers_form = turn.is_bare_answer or turn.intent == self.topic
        if turn.named("zip_code") and (answers_form or turn.requested_slot == "zip_code"):
            events += self._take_zip_code(turn, replies)
        if turn.plan and turn.slots.plan != turn.plan.id and (answers_form or turn.requested_slot is None):
            events.append(SlotSet("plan", turn.plan.id))
        elif turn.plan is None and turn.requested_slot == "plan" and names_no_plan_on_file(turn):
            events.append(SlotSet("plan", UNKNOWN_PLAN))
        return events

    def _take_zip_code(self, turn: Turn, replies: Replies) -> list[EventType]:
        zip_code = turn.named("zip_code") or ""
        if _is_place(zip_code):
            return [SlotSet("zip_code", zip_code), SlotSet("missed_answers", None)]
        misses = (turn.slots.missed_answers or 0) + 1
        events = [SlotSet("zip_code", None), SlotSet("missed_answers", misses)]
        if misses >= MISSES_BEFORE_GIVING_UP:
            return [*events, SlotSet("requested_slot", None)]
        replies.say("utter_facility_search_unknown_zip_code", "clarify")
        return events


def _is_place(zip_code: str) -> bool:
    try:
        find_place(zip_code)
    except UnknownZipCode:
        return False
    return True
