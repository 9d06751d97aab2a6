"""Which policy applies, and was it in force on that day?"""

from __future__ import annotations

import re
from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.form_steps import ask_plan
from actions.replies import Replies, Sources
from actions.spoken import say_day, say_state
from actions.topic_action import TopicAction
from actions.topic_answers import choose_facts
from actions.turn_context import Turn
from knowledge.policies.model import DETAIL, DocumentKind, DocumentLookup, Fact, PolicyDocument, Scope

_CARD_STANDINGS = {"in_force": "in force", "not_yet": "not yet in force", "ended": "ended"}
_POLICIES = frozenset({DocumentKind.MEDICAL_POLICY, DocumentKind.ADMINISTRATIVE_POLICY})


class AnswerPolicyLookup(TopicAction):
    """Finds the policy by number, or by plan, state and day, and says where it stands on that day."""

    topic = "policy_lookup"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A number alone names its document; without one the plan must be known."""
        # A number from before counts while its question waits or is continued ("and on April 30?").
        earlier = turn.slots.policy_number if turn.intent != self.topic else None
        number = _normalise(turn.named("policy_number") or earlier)
        if number is None and turn.plan_not_on_file:
            await self.say_not_on_file(replies)
        elif number is None and turn.plan is None:
            if not turn.plan_is_unknown:
                return ask_plan(turn, self.topic)
            await self.say_plan_unknown(replies)
        else:
            await self._answer(turn, number, replies)
        return [
            SlotSet("last_topic", self.topic),
            SlotSet("policy_number", number),
            SlotSet("date", None),
            SlotSet("facts_given", None),
        ]

    async def _answer(self, turn: Turn, number: str | None, replies: Replies) -> None:
        policies = self.services.policies
        found = _only_policies(await policies.find_documents(turn.scope, turn.day, number=number))
        scope = turn.scope
        if scope.payer is None and found.in_force:
            # A number alone names its payer too.
            scope = Scope(found.in_force[0].payer, None, turn.state)
        facts = await policies.find_facts(self.topic, scope, turn.day, about=turn.about)
        if found.in_force:
            self._say_standing(turn, _pick(found.in_force, facts), replies, facts)
        elif found.not_yet or found.ended:
            self._say_standing(turn, (*found.not_yet, *found.ended)[0], replies)
        elif found.out_of_scope:
            self._say_out_of_scope(turn, found.out_of_scope[0], replies)
        elif number:
            replies.say("utter_policy_lookup_unknown_number", "handoff_offered", number=number)
        elif facts:
            chosen = choose_facts(facts)
            statement = " ".join(fact.text for fact in chosen)
            replies.say("utter_policy_lookup_no_text", "policy", sources=Sources.of(chosen), statement=statement)
        else:
            replies.say("utter_policy_lookup_unknown", "handoff_offered")
        self.ask_day(turn, replies)

    def _say_standing(
        self, turn: Turn, document: PolicyDocument, replies: Replies, facts: tuple[Fact, ...] = ()
    ) -> None:
        own = choose_facts([fact for fact in facts if fact.document.id == document.id and not _repeats(fact, document)])
        is_in_force, is_dated = document.in_force_on(turn.day), document.effective_on is not None
        since = "ended" if document.has_ended_on(turn.day) else "dated" if is_dated else "undated"
        parts = [
            self.phrases.say(
                f"utter_policy_lookup_part_since_{since}",
                effective_on=say_day(document.in_force_from),
                archived_on=say_day(document.ends_on) if document.ends_on else "",
            ),
            self._say_states(document) if is_in_force else "",
        ]
        replies.say(
            "utter_policy_lookup_in_force" if is_in_force else "utter_policy_lookup_not_in_force",
            "policy",
            sources=Sources.of(own) if own else Sources((document.citation(),)),
            cards=[_card(document, _CARD_STANDINGS[_standing(document, turn.day)])],
            policy=_name(document),
            payer=document.payer_name,
            day=say_day(turn.day),
            standing=self._word_standing(turn, document),
            statement=self.phrases.join(
                [self.phrases.join(parts), self.phrases.join(fact.text for fact in own)], separator="\n\n"
            ),
        )

    def _say_states(self, document: PolicyDocument) -> str:
        states = self.phrases.list_of(say_state(state) for state in document.states)
        return self.phrases.say("utter_policy_lookup_part_states", states=states) if states else ""

    def _word_standing(self, turn: Turn, document: PolicyDocument) -> str:
        tense = "past" if turn.day < turn.today else "now" if turn.day == turn.today else "later"
        return self.phrases.say(f"utter_policy_lookup_part_{_standing(document, turn.day)}_{tense}")

    def _say_out_of_scope(self, turn: Turn, document: PolicyDocument, replies: Replies) -> None:
        key, outcome = "utter_policy_lookup_other_payer", "policy"
        if turn.plan is None or document.payer == turn.plan.payer:
            key, outcome = "utter_policy_lookup_other_state", "handoff_offered"
            if turn.state is None:
                key, outcome = "utter_policy_lookup_which_state", "ask"
        replies.say(
            key,
            outcome,
            sources=Sources((document.citation(),)),
            awaiting=("state", "text") if outcome == "ask" else None,
            policy=_name(document),
            payer=document.payer_name,
            plan_name=turn.plan.name if turn.plan else "",
            day=say_day(turn.day),
            effective_on=say_day(document.in_force_from),
            standing=self._word_standing(turn, document),
            states=self.phrases.list_of(say_state(state) for state in document.states),
            state_name=say_state(turn.state or ""),
        )


def _repeats(fact: Fact, document: PolicyDocument) -> bool:
    """True for a fact that names the policy's number again (number, day and states are said with it), or a detail."""
    return DETAIL in fact.tags or (document.number is not None and document.number in fact.text)


def _card(document: PolicyDocument, standing: str) -> dict[str, object]:
    days = {
        "issued_on": document.issued_on,
        "effective_on": document.effective_on,
        "revised_on": document.revised_on,
        "archived_on": document.archived_on,
        "read_on": document.read_on,
    }
    card: dict[str, object] = {
        "kind": "policy",
        "title": document.title,
        "number": document.number,
        "payer": document.payer_name,
        "standing": standing,
        "states": list(document.states),
        "version": document.version,
        **{name: day.isoformat() for name, day in days.items() if day},
        "url": document.url,
    }
    return {name: value for name, value in card.items() if value}


def _standing(document: PolicyDocument, day: date) -> str:
    if document.has_ended_on(day):
        return "ended"
    return "in_force" if document.in_force_on(day) else "not_yet"


def _name(document: PolicyDocument) -> str:
    return f"{document.title} ({document.number})" if document.number else document.title


def _normalise(number: str | None) -> str | None:
    """Upper-case with single dashes, as numbers stand on file: "mp ad 1623" is "MP-AD-1623"."""
    return re.sub(r"[\s_\-\u2010-\u2015]+", "-", number.strip()).upper() if number else None


def _only_policies(found: DocumentLookup) -> DocumentLookup:
    def policies(documents: tuple[PolicyDocument, ...]) -> tuple[PolicyDocument, ...]:
        return tuple(document for document in documents if document.kind in _POLICIES)

    return DocumentLookup(
        policies(found.in_force), policies(found.not_yet), policies(found.ended), policies(found.out_of_scope)
    )


def _pick(documents: tuple[PolicyDocument, ...], facts: tuple[Fact, ...]) -> PolicyDocument:
    """The policy of the product in question where one is on file, else the one that ranks highest."""
    about = {fact.document.id for fact in facts if fact.subjects}
    return next((document for document in documents if document.id in about), documents[0])
