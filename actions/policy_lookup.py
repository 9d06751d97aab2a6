"""Which policy applies, was it in force on that day, and what does it say?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.answer_openings import Opening
from actions.form_steps import ask_plan
from actions.phrases import Phrases
from actions.policy_match import build_matcher, choose_matching, is_about_these, only_policies
from actions.policy_request import find_number, normalise_number, points_back
from actions.policy_standing import Editions, ask_state_of_edition, cite, name_policy, say_out_of_scope, say_standing
from actions.policy_telling import PolicyTelling
from actions.replies import Replies, Sources
from actions.said import say_fact
from actions.services import ActionServices
from actions.subjects import open_with_subject
from actions.topic_action import TopicAction
from actions.topic_answers import choose_facts, keep_place, say_more
from actions.turn_context import Turn
from knowledge.policies.model import (
    DocumentLookup,
    Fact,
    PolicyDocument,
    Scope,
)

_MOST_NAMED = 4


class AnswerPolicyLookup(TopicAction):
    """Finds the policy by number, or by plan, state and day; says where it stands on that day, or what it says."""

    topic = "policy_lookup"

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        super().__init__(services, phrases)
        self._telling = PolicyTelling(services, phrases)

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A number that one payer uses names its document; without one the plan must be known."""
        number = await self._read_number(turn)
        if turn.plan is not None or (number is not None and await self._is_of_one_payer(turn, number)):
            return await self._answer(turn, number, replace(replies, as_of=turn.day))
        if turn.plan_not_on_file:
            await self.say_not_on_file(replies)
        elif turn.plan_is_unknown:
            await self.say_plan_unknown(replies)
        else:
            return ask_plan(turn, self.topic, number=number)
        return [*keep_place(self.topic, turn), SlotSet("policy_number", number)]

    async def answer_from(self, given: int | None, turn: Turn, replies: Replies) -> list[EventType]:
        """Goes on with what the policy found before says, section by section."""
        replies = replace(replies, as_of=turn.day)
        found, facts = await self._find(turn, turn.slots.policy_number)
        if turn.slots.policy_number and found.in_force:
            return await self._telling.go_on(given or 0, turn, found.in_force[0], facts, replies)
        chosen = choose_facts(facts, given or 0)
        if not chosen:
            replies.say("utter_more_nothing", "handoff_offered")
            return keep_place(self.topic, turn)
        told = (given or 0) + len(chosen)
        more, buttons = say_more(turn, self.phrases, told < len(facts))
        statement = self.phrases.join([*map(say_fact, chosen), more])
        replies.say("utter_more_answer", "policy", sources=Sources.of(chosen), buttons=buttons, statement=statement)
        return keep_place(self.topic, turn, told if told < len(facts) else None)

    async def _read_number(self, turn: Turn) -> str | None:
        """The number that the message names, as an entity or as one on file; else the one that it goes on about."""
        if named := normalise_number(turn.named("policy_number")):
            return named
        on_file = {document.number for document in await self.services.policies.list_versions()}
        if written := find_number(turn.text, filter(None, on_file)):
            return written
        # A number from before counts while its question waits or is continued ("and on April 30?", "what does it say").
        is_of_another = turn.named("therapy") or turn.named("condition") or turn.names_class
        goes_on = turn.intent != self.topic or (turn.slots.last_topic == self.topic and points_back(turn.text))
        return turn.slots.policy_number if goes_on and not is_of_another else None

    async def _is_of_one_payer(self, turn: Turn, number: str) -> bool:
        found = only_policies(await self.services.policies.find_documents(turn.scope, turn.day, number=number))
        named = (*found.in_force, *found.not_yet, *found.ended, *found.out_of_scope)
        return len({document.payer for document in named}) <= 1

    async def _find(self, turn: Turn, number: str | None) -> tuple[DocumentLookup, tuple[Fact, ...]]:
        policies = self.services.policies
        found = only_policies(await policies.find_documents(turn.scope, turn.day, number=number))
        if number is None:
            matcher = await build_matcher(turn.about, self.services, turn.question)
            found = found.each(lambda documents: choose_matching(documents, matcher))
        scope = turn.scope
        if scope.payer is None and found.in_force:
            # A number alone names its payer too.
            scope = Scope(found.in_force[0].payer, None, turn.state)
        return found, await policies.find_facts(self.topic, scope, turn.day, about=turn.about)

    async def _answer(self, turn: Turn, number: str | None, replies: Replies) -> list[EventType]:
        found, facts = await self._find(turn, number)
        left: list[EventType] = [*keep_place(self.topic, turn), SlotSet("policy_number", number)]
        # A question for the state keeps the day that was asked about.
        waits = [SlotSet("date", turn.day.isoformat() if turn.day != turn.today else None)]
        if found.in_force:
            left = await self._telling.answer(turn, found, facts, replies)
        elif edition := Editions.differ(found, turn.state, turn.day):
            ask_state_of_edition(turn, edition, replies, self.phrases)
            left += waits
        elif found.not_yet or found.ended:
            document, editions = Editions.choose(found, turn.day)
            say_standing(turn, document, editions, replies, self.phrases)
        elif found.out_of_scope:
            if say_out_of_scope(turn, found.out_of_scope[0], replies, self.phrases):
                left += waits
        elif number and number not in {each.id for each in await self.services.policies.list_versions()}:
            # Not said back: somebody's birth date may look like one.
            replies.say("utter_policy_lookup_unknown_number", "handoff_offered")
        else:
            left = [*await self._say_no_text(turn, facts, replies), SlotSet("policy_number", None)]
        self.ask_day(turn, replies)
        return left

    async def _say_no_text(self, turn: Turn, facts: Sequence[Fact], replies: Replies) -> list[EventType]:
        """That no policy is on file for it, what is said of policies in general, and which ones are on file."""
        named = await self._list_on_file(turn)
        if not (facts or named):
            replies.say("utter_policy_lookup_unknown", "handoff_offered")
            return keep_place(self.topic, turn)
        chosen = choose_facts(facts)
        given = len(chosen) if len(chosen) < len(facts) else None
        more, buttons = say_more(turn, self.phrases, given is not None)
        listed = ""
        if named:
            names = self.phrases.list_of(name_policy(each, turn, self.phrases) for each in named)
            listed = self.phrases.say("utter_policy_lookup_part_on_file", policies=names)
        about = await open_with_subject(Opening(), chosen, turn, self.services, self.phrases)
        replies.say(
            "utter_policy_lookup_no_text",
            "policy",
            sources=Sources.of(chosen, *(cite(each, turn, self.phrases) for each in named), *about.citations),
            buttons=buttons,
            statement=self.phrases.join([about.before, *map(say_fact, chosen), listed, more]),
        )
        return keep_place(self.topic, turn, given)

    async def _list_on_file(self, turn: Turn) -> tuple[PolicyDocument, ...]:
        """The plan's policies on therapies of the class; with a condition asked about, those on a product for it."""
        found = only_policies(await self.services.policies.find_documents(turn.scope, turn.day))
        if turn.about:
            matcher = await build_matcher(turn.about, self.services)
            return tuple(each for each in found.in_force if matcher.is_near(each))[:_MOST_NAMED]
        written = await self.services.therapies.list_names()
        is_known = is_about_these(name for names in written.values() for name in names)
        return tuple(each for each in found.in_force if is_known(each.title))[:_MOST_NAMED]
