"""Which policy applies, and was it in force on that day?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions.document_days import say_next, say_since, standing_on
from actions.form_steps import ask_plan
from actions.policy_match import Matcher, build_matcher, choose_matching
from actions.replies import Replies, Sources
from actions.said import say_fact
from actions.spoken import say_day, say_state
from actions.topic_action import TopicAction
from actions.topic_answers import choose_facts, keep_place, say_more
from actions.turn_context import Turn
from knowledge.policies.model import (
    DocumentKind,
    DocumentLookup,
    DocumentRecord,
    Fact,
    PolicyDocument,
    Scope,
    VersionId,
)

_CARD_STANDINGS = {"in_force": "in force", "not_yet": "not yet in force", "not_on_file": "", "ended": "ended"}
_POLICIES = frozenset({DocumentKind.MEDICAL_POLICY, DocumentKind.ADMINISTRATIVE_POLICY})


class AnswerPolicyLookup(TopicAction):
    """Finds the policy by number, or by plan, state and day, and says where it stands on that day."""

    topic = "policy_lookup"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """A number alone names its document; without one the plan must be known."""
        # A number from before counts while its question waits or is continued ("and on April 30?").
        earlier = turn.slots.policy_number if turn.intent != self.topic else None
        number = _normalise(turn.named("policy_number") or earlier)
        left: list[EventType] = keep_place(self.topic, turn)
        if number is None and turn.plan_not_on_file:
            await self.say_not_on_file(replies)
        elif number is None and turn.plan is None:
            if not turn.plan_is_unknown:
                return ask_plan(turn, self.topic)
            await self.say_plan_unknown(replies)
        else:
            left = await self._answer(turn, number, replies)
        return [*left, SlotSet("policy_number", number)]

    async def answer_from(self, given: int | None, turn: Turn, replies: Replies) -> list[EventType]:
        """Goes on with what the policy found before says."""
        replies = replace(replies, as_of=turn.day)
        found, facts = await self._find(turn, turn.slots.policy_number)
        facts = _own(facts, found.in_force[0]) if found.in_force else facts
        chosen = choose_facts(facts, given or 0)
        if not chosen:
            replies.say("utter_more_nothing", "handoff_offered")
            return keep_place(self.topic, turn)
        told = (given or 0) + len(chosen)
        more, buttons = say_more(turn, self.phrases, told < len(facts))
        statement = self.phrases.join([*map(say_fact, chosen), more])
        replies.say("utter_more_answer", "policy", sources=Sources.of(chosen), buttons=buttons, statement=statement)
        return keep_place(self.topic, turn, told if told < len(facts) else None)

    async def _find(self, turn: Turn, number: str | None) -> tuple[DocumentLookup, tuple[Fact, ...]]:
        policies = self.services.policies
        found = _only_policies(await policies.find_documents(turn.scope, turn.day, number=number))
        if number is None:
            records = {record.document.version_id: record for record in await policies.list_records()}
            matcher = await build_matcher(turn.about, self.services)
            # Hundreds of long policies may have been imported.
            found = await asyncio.to_thread(_only_matching, found, matcher, records)
        scope = turn.scope
        if scope.payer is None and found.in_force:
            # A number alone names its payer too.
            scope = Scope(found.in_force[0].payer, None, turn.state)
        return found, await policies.find_facts(self.topic, scope, turn.day, about=turn.about)

    async def _answer(self, turn: Turn, number: str | None, replies: Replies) -> list[EventType]:
        replies = replace(replies, as_of=turn.day)
        found, facts = await self._find(turn, number)
        given = None
        if found.in_force:
            document = found.in_force[0]
            given = 0 if _own(facts, document) else None
            newer = next((other for other in found.not_yet if other.series == document.series), None)
            self._say_standing(turn, document, replies, newer, is_more=given is not None)
        elif found.not_yet or found.ended:
            self._say_standing(turn, (*found.not_yet, *found.ended)[0], replies)
        elif found.out_of_scope:
            self._say_out_of_scope(turn, found.out_of_scope[0], replies)
        elif number:
            replies.say("utter_policy_lookup_unknown_number", "handoff_offered", number=number)
        elif facts:
            chosen = choose_facts(facts)
            given = len(chosen) if len(chosen) < len(facts) else None
            more, buttons = say_more(turn, self.phrases, given is not None)
            statement = self.phrases.join([*map(say_fact, chosen), more])
            sources = Sources.of(chosen)
            replies.say("utter_policy_lookup_no_text", "policy", sources=sources, buttons=buttons, statement=statement)
        else:
            replies.say("utter_policy_lookup_unknown", "handoff_offered")
        self.ask_day(turn, replies)
        return keep_place(self.topic, turn, given)

    def _say_standing(
        self,
        turn: Turn,
        document: PolicyDocument,
        replies: Replies,
        newer: PolicyDocument | None = None,
        *,
        is_more: bool = False,
    ) -> None:
        standing = standing_on(document, turn.day)
        is_in_force = standing == "in_force"
        more, buttons = say_more(turn, self.phrases, is_more)
        parts = [
            say_since(document, turn.day, self.phrases),
            self._say_states(document) if is_in_force else "",
            say_next(newer, self.phrases) if newer else "",
            more,
        ]
        key = "not_on_file" if standing == "not_on_file" else "in_force" if is_in_force else "not_in_force"
        replies.say(
            f"utter_policy_lookup_{key}",
            "policy",
            sources=Sources((document.citation(), *([newer.citation()] if newer else []))),
            cards=[_card(document, _CARD_STANDINGS[standing])],
            buttons=buttons,
            policy=_name(document),
            payer=document.payer_name,
            day=say_day(turn.day),
            standing=self._word_standing(turn, document),
            statement=self.phrases.join(parts),
        )

    def _say_states(self, document: PolicyDocument) -> str:
        states = self.phrases.list_of(say_state(state) for state in document.states)
        return self.phrases.say("utter_policy_lookup_part_states", states=states) if states else ""

    def _word_standing(self, turn: Turn, document: PolicyDocument) -> str:
        standing = standing_on(document, turn.day)
        if standing == "not_on_file":
            return ""
        tense = "past" if turn.day < turn.today else "now" if turn.day == turn.today else "later"
        return self.phrases.say(f"utter_policy_lookup_part_{standing}_{tense}")

    def _say_out_of_scope(self, turn: Turn, document: PolicyDocument, replies: Replies) -> None:
        if turn.plan and document.payer != turn.plan.payer:
            # Not even its source: a member reads nothing of another payer's.
            replies.say("utter_policy_lookup_other_payer", "handoff_offered", plan_name=turn.plan.name)
            return
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
            states=self.phrases.list_of(say_state(state) for state in document.states),
            state_name=say_state(turn.state or ""),
        )


def _own(facts: tuple[Fact, ...], document: PolicyDocument) -> tuple[Fact, ...]:
    """What the policy says but for what is said with its number: that number, its days and states."""
    own = (fact for fact in facts if fact.document.version_id == document.version_id)
    return tuple(fact for fact in own if document.number is None or document.number not in fact.text)


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


def _only_matching(
    found: DocumentLookup, matcher: Matcher, records: Mapping[VersionId, DocumentRecord]
) -> DocumentLookup:
    def matching(documents: tuple[PolicyDocument, ...]) -> tuple[PolicyDocument, ...]:
        return choose_matching(documents, matcher, records)

    return DocumentLookup(
        matching(found.in_force), matching(found.not_yet), matching(found.ended), matching(found.out_of_scope)
    )
