"""Does a policy that an operator imported answer this, where no fact of ours does? In the payer's own words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rasa_sdk.events import EventType, SlotSet

from actions.document_days import say_since
from actions.own_policies import list_own_policies
from actions.phrases import Phrases
from actions.policy_match import Matcher, build_matcher, only_policies
from actions.policy_request import read_request
from actions.policy_standing import Editions, ask_state_of_edition, cite, hides_title, key_of, name_policy
from actions.policy_text import Piece, PolicyText
from actions.quotes import says_half
from actions.replies import Replies, Sources
from actions.services import ActionServices
from actions.spoken import say_day
from actions.topic_answers import keep_place
from actions.turn_context import Turn
from knowledge.policies.model import DocumentLookup, Fact, PolicyDocument

# What a policy rules; of hospitals and coaches it says nothing.
DECIDING_TOPICS = frozenset(
    {"coverage_general", "precertification", "evidence_of_coverage", "cost", "appeal_denial", "candidacy"}
)
_LOOKUP, _WHO = "policy_lookup", "candidacy"
_FEWEST_WORDS = 2


class OwnText:
    """Answers a topic from the plan's policies that nobody has put into our words."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._services = services
        self._phrases = phrases
        self._text = PolicyText(services, phrases)

    async def tell(
        self, topic: str, turn: Turn, day: date, facts: Sequence[Fact], replies: Replies
    ) -> list[EventType] | None:
        """Quotes what the text says of it; asks for the state where editions differ by it; else names the policy.

        None, and nothing is said, where our facts are the better answer, and where no such policy is on file.
        """
        if turn.plan is None or topic not in DECIDING_TOPICS:
            return None
        has_own_facts = any(fact.document.payer for fact in facts)
        silent = [each for each in await list_own_policies(turn, day, self._services) if each.is_silent]
        for policy in silent:
            if policy.is_named or not has_own_facts:
                piece = await self._find(turn, policy.document, is_literal=True)
                if piece is None and policy.is_named and topic == _WHO:
                    # Who can get it is what a policy on one product rules.
                    piece = next(iter(await self._text.read(policy.document, ())), None)
                if piece and piece.is_told and not hides_title(policy.document, turn):
                    self._quote(topic, turn, day, policy.document, piece, replies)
                    return keep_place(topic, turn)
        if has_own_facts:
            return None
        if not silent:
            return await self._ask_state(topic, turn, day, replies)
        if facts and day == turn.today:
            return None
        self._name(topic, turn, day, silent[0].document, replies)
        return keep_place(topic, turn)

    async def tell_freely(self, turn: Turn, replies: Replies, *, is_literal: bool = False) -> list[EventType] | None:
        """The same for a question that fits no topic: a quote of what says nearly all of it, or None and nothing."""
        for policy in await list_own_policies(turn, turn.day, self._services):
            is_told = policy.is_silent and not hides_title(policy.document, turn)
            piece = await self._find(turn, policy.document, is_literal=is_literal) if is_told else None
            if piece and piece.is_told:
                self._quote(_LOOKUP, turn, turn.day, policy.document, piece, replies)
                return [*keep_place(_LOOKUP, turn), SlotSet("policy_number", key_of(policy.document))]
        return None

    async def _find(self, turn: Turn, document: PolicyDocument, *, is_literal: bool = False) -> Piece | None:
        """What says nearly all that is asked; with `is_literal` by half of its very words, not by others like them."""
        therapy = await self._services.therapies.find_therapy(turn.about) if turn.about else None
        names = therapy.written if therapy else ()
        request = read_request(turn.question, document, names)
        # One word is in many a sentence that has nothing to do with the question.
        if not request.topic or (is_literal and len(set(request.words.split())) < _FEWEST_WORDS):
            return None
        found = await self._services.search.find_in(request.topic, document)
        piece = await self._text.tell_hits(document, found, request.words) if found.is_confident else None
        return None if piece and is_literal and not says_half(piece.text, request.words) else piece

    def _quote(
        self, topic: str, turn: Turn, day: date, document: PolicyDocument, piece: Piece, replies: Replies
    ) -> None:
        other_day = ""
        if day != turn.today:
            kind = "past" if day < turn.today else "later"
            other_day = self._phrases.say(f"utter_part_on_{kind}_day", day=say_day(day))
        facts = (piece.fact.id,) if piece.fact else ()
        replies.about(topic).say(
            "utter_policy_lookup_says",
            "answer",
            sources=Sources((piece.citation,), facts),
            as_of=day,
            policy=name_policy(document, turn, self._phrases),
            statement=self._phrases.join([other_day, piece.lead, piece.text]),
        )

    def _name(self, topic: str, turn: Turn, day: date, document: PolicyDocument, replies: Replies) -> None:
        replies.about(topic).say(
            "utter_policy_lookup_own_words_only",
            "handoff_offered",
            sources=Sources((cite(document, turn, self._phrases),)),
            as_of=day,
            day=say_day(day),
            policy=name_policy(document, turn, self._phrases),
            payer=document.payer_name,
            since=say_since(document, day, self._phrases),
        )

    async def _ask_state(self, topic: str, turn: Turn, day: date, replies: Replies) -> list[EventType] | None:
        found = only_policies(await self._services.policies.find_documents(turn.scope, day))
        matcher = await build_matcher(turn.about, self._services, turn.question)
        edition = Editions.differ(_only_about(found, matcher), turn.state, day)
        if edition is None:
            return None
        ask_state_of_edition(turn, edition, replies.about(topic), self._phrases)
        return [
            *keep_place(topic, turn),
            SlotSet("date", day.isoformat() if day != turn.today else None),
            SlotSet("waiting_question", turn.question),
        ]


def _only_about(found: DocumentLookup, matcher: Matcher) -> DocumentLookup:
    """Whether the plan's other policies differ by state tells nothing of what is asked."""
    return found.each(
        lambda documents: tuple(each for each in documents if matcher.names(each) or matcher.is_of_class(each))
    )
