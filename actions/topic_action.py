"""What do all actions share? Reading the turn, keeping the plan that was named, and answering."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker

from actions.ambiguous import ask_which, forget_offer
from actions.definitions import find_asked_term, find_own_facts, say_term
from actions.form_steps import leave_verification
from actions.message import PROOF
from actions.phrases import Phrases
from actions.plain_words import find_therapy_class
from actions.plan_choices import list_plan_choices
from actions.references import remember_question, remember_shown
from actions.replies import Replies
from actions.services import ActionServices
from actions.spoken import say_day
from actions.turn_context import NOT_ON_FILE, Turn, read_turn
from actions.writes_spanish import HELD_INNER, awaits_agreement, in_english, offer_english

# A message with one of these may be the answer to a question for proof; it is not read as one on SMS.
_ANSWERS = frozenset({"inform", "nlu_fallback", "gibberish"})


class TurnAction(Action):
    """An action on one turn. Subclasses set `action_name` and write `respond`."""

    action_name: str
    topic: str | None = None
    # A form's check must not: whatever it returns counts as an answer to the form's question.
    keeps_plan = True
    # Only what answers a question: a request for a person or a danger never waits for a yes to English.
    answers_in_english = False

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self.services = services
        self.phrases = phrases

    def name(self) -> str:
        """The name in domain.yml."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Reads the turn and responds; a plan or state that this message names is kept for later questions."""
        turn = await read_turn(tracker, self.services)
        replies = Replies(dispatcher, turn.channel, self.topic, turn.today)
        if not self.keeps_plan:
            return await self.respond(turn, replies)
        is_proof = turn.requested_slot in PROOF and turn.intent in _ANSWERS
        turn, left = leave_verification(turn)
        if left and is_proof:
            self.say_record_link(replies)
            return left
        kept = [*left, *await self.keep_plan(turn), *_forget_other_subject(turn)]
        if self.answers_in_english and awaits_agreement(turn):
            return [*kept, *offer_english(turn, replies, self.held_intent(turn))]
        events = await self.answer(in_english(turn) if self.answers_in_english else turn, replies)
        shown = await remember_shown(turn, dispatcher.messages, self.services)
        over = forget_offer(turn, events)
        return [*kept, *over, *remember_question(tracker.latest_message, turn, events), *shown, *events]

    def held_intent(self, turn: Turn) -> str | None:
        """What of this message can be answered later, once a member who writes Spanish agrees to English."""
        return self.topic or (turn.intent if turn.intent in HELD_INNER else None)

    async def answer(self, turn: Turn, replies: Replies) -> list[EventType]:
        """What the member hears first: for most actions the response itself."""
        return await self.respond(turn, replies)

    @abstractmethod
    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """Says what there is to say and returns what is to be remembered."""

    def events_after_failure(self) -> list[EventType]:
        """What must be remembered, or forgotten, even if the action fails."""
        return []

    def say_record_link(self, replies: Replies) -> None:
        """Says that no record goes over text messages; the gateway puts a link to the secure chat after it."""
        replies.say("utter_sms_record_link", "refused_privacy", topic="eligibility_member")

    async def say_plan_unknown(self, replies: Replies) -> None:
        """Says that the answer hangs on the plan, and which plans are on file."""
        plans = await list_plan_choices(self.services)
        names = self.phrases.list_of(plan.title for plan in plans)
        replies.say("utter_plan_unknown", "handoff_offered", buttons=plans, plans=names)

    async def keep_plan(self, turn: Turn) -> list[EventType]:
        """Records the plan and state that this message names, so that neither is asked again; forgets a denied plan.

        A verified member's own plan stays: another one that is named is answered for once.
        """
        if turn.has_own_plan:
            return []
        if turn.plan_not_on_file:
            return [SlotSet("plan", NOT_ON_FILE)]
        plan, state = turn.named_plan or turn.plan, turn.kept_state
        events = [SlotSet("state", state)] if state else []
        if turn.denies_plan and plan is None and not turn.plan_is_unknown:
            if turn.is_recorded:
                await self.services.conversations.record_plan(turn.conversation_id, None, state)
            return [*events, SlotSet("plan", None)]
        if plan is None or not (turn.named_plan or state):
            return events
        if turn.is_recorded:
            await self.services.conversations.record_plan(turn.conversation_id, plan.id, state)
        return [*events, SlotSet("plan", plan.id)]

    async def say_not_on_file(self, replies: Replies) -> None:
        """Says that nothing is on file for the plan that the member has, and which plans are."""
        plans = await self.services.policies.list_plans()
        names = self.phrases.list_of(plan.name for plan in plans)
        replies.say("utter_plan_not_on_file", "handoff_offered", plans=names)


class TopicAction(TurnAction):
    """The answer to one topic of the public contract; named `action_answer_<topic>`."""

    topic: str
    answers_in_english = True

    def name(self) -> str:
        """The name in domain.yml."""
        return f"action_answer_{self.topic}"

    async def answer(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The definition of the word that is asked for, else the topic's answer.

        Where the topic was chosen as what an unclear message meant, that message is what is asked.
        """
        if turn.text.startswith("/") and turn.last_outcome == "clarify" and turn.slots.unclear_question:
            turn = replace(turn, text=turn.slots.unclear_question)
        if term := await find_asked_term(turn, self.topic, self.services.therapies):
            own_facts = await find_own_facts(term, turn, self.services.policies)
            return say_term(term, own_facts, turn, self.topic, self.phrases, replies)
        return await self.answer_one(turn, replies)

    async def answer_one(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The topic's answer; where a word of the question stands for two with other answers, which is meant."""
        asked = await ask_which(turn, self.topic, self.respond, self.services, self.phrases, replies)
        return await self.respond(turn, replies) if asked is None else asked

    def ask_day(self, turn: Turn, replies: Replies) -> None:
        """Where a day was named that nobody could read: which one was used, and how to write it."""
        if turn.has_unread_day:
            replies.say("utter_day_unclear", "clarify", day=say_day(turn.day))


def _forget_other_subject(turn: Turn) -> list[EventType]:
    """What is named replaces what was talked about before: a product a condition and a class, a class the others."""
    gone = set()
    if turn.names_class or turn.named("therapy"):
        gone.add("condition")
    if turn.names_class or turn.named("condition"):
        gone.add("therapy")
    forgotten = [SlotSet(name, None) for name in sorted(gone) if not turn.named(name) and getattr(turn.slots, name)]
    # Of several Rasa keeps the last alone.
    if len(open_ones := turn.alternatives.get("condition", ())) > 1:
        forgotten.append(SlotSet("condition", list(open_ones)))
    if len(set(turn.entities.get("therapy", ()))) > 1:
        forgotten.append(SlotSet("therapy", None))
    names_other = turn.names_class or turn.named("therapy") or turn.named("condition")
    named = find_therapy_class(turn.text) if turn.names_class else None
    if names_other and named != turn.slots.therapy_class:
        forgotten.append(SlotSet("therapy_class", named))
    return forgotten
