"""What does the policy in force say to this question: where it stands, a section, a passage, or its first words?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.phrases import Phrases
from actions.policy_match import build_matcher, is_specific
from actions.policy_request import (
    PolicyRequest,
    find_history,
    find_sections,
    read_request,
)
from actions.policy_standing import Editions, cite, hide_title, hides_title, key_of, name_policy, say_standing
from actions.policy_text import Piece, PolicyText, choose_pieces, place_after
from actions.replies import Replies, Sources
from actions.services import ActionServices
from actions.spoken import say_day
from actions.topic_answers import keep_place, say_more
from actions.turn_context import Turn
from knowledge.policies.model import DocumentLookup, Fact, PolicyDocument

TOPIC = "policy_lookup"


class PolicyTelling:
    """Answers from one policy that is in force."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self.services = services
        self.phrases = phrases
        self._text = PolicyText(services, phrases)

    async def go_on(
        self, given: int, turn: Turn, document: PolicyDocument, facts: Sequence[Fact], replies: Replies
    ) -> list[EventType]:
        """What follows the `given` first steps of all that it says."""
        pieces = await self._text.read(document, own_facts(facts, document))
        if given < len(pieces):
            return self._tell(turn, document, pieces[given:], pieces, replies, is_rest=True)
        replies.say("utter_more_nothing", "handoff_offered")
        return self._keep(turn, document)

    async def answer(
        self, turn: Turn, found: DocumentLookup, facts: Sequence[Fact], replies: Replies
    ) -> list[EventType]:
        """What is asked for of the policy in force: a section, what it says of something, its words, its standing."""
        document = found.in_force[0]
        therapy = await self.services.therapies.find_therapy(turn.about) if turn.about else None
        names = therapy.written if therapy else ()
        request = read_request(turn.question, document, names)
        pieces = await self._text.read(document, own_facts(facts, document))
        if not request.section and await self._is_foreign(turn, document):
            return await self._say_not_there(turn, document, request, replies)
        if named := _naming(pieces, names) if turn.named("therapy") and not is_specific(document.title) else ():
            # A policy on all of them may say that it is not for this one.
            return self._tell(turn, document, named, pieces, replies)
        if (chosen := await self._find_asked(document, request)) is not None:
            if chosen:
                return self._tell(turn, document, chosen, pieces, replies)
            # Of one therapy a policy on all of them says what it says of each.
            is_on_all = turn.about is not None and not is_specific(document.title)
            if request.section or (request.asks_within and not is_on_all):
                return await self._say_not_there(turn, document, request, replies)
        is_told = request.wants_words and not request.asks_standing
        is_hidden = hides_title(document, turn)
        words = choose_pieces(pieces) if is_told and not is_hidden else ()
        is_more = len(words) < len(pieces) and not is_hidden
        more, buttons = say_more(turn, self.phrases, is_more)
        if is_told and is_hidden:
            more = self.phrases.say("utter_policy_lookup_part_not_texted")
        say_standing(
            turn,
            document,
            Editions.of(document, found, turn),
            replies,
            self.phrases,
            words=self.phrases.join([*(piece.text for piece in words), more]),
            citations=[hide_title(piece.citation, document, turn, self.phrases) for piece in words],
            facts=[piece.fact.id for piece in words if piece.fact],
            buttons=buttons,
        )
        return self._keep(turn, document, len(words) if is_more else None)

    async def _is_foreign(self, turn: Turn, document: PolicyDocument) -> bool:
        """True where the message names a product or condition that the policy is not about: its rules are another's."""
        named = turn.named("therapy") or turn.named("condition")
        return bool(named) and (await build_matcher(named, self.services, turn.question)).is_foreign(document)

    async def _find_asked(self, document: PolicyDocument, request: PolicyRequest) -> Sequence[Piece] | None:
        """The steps that answer what is asked for in it; empty where it says nothing of it, None for no such wish."""
        passages = await self.services.policies.list_passages(document.version_id)
        if request.asks_standing and not request.section:
            # Its own history is told in our words alone: a payer's is a table of dates.
            history = find_history(passages) if request.asks_history else ()
            told = [step for each in history for step in self._text.tell_section(document, each, passages)]
            if told or not (request.asks_whom and request.topic):
                return told or None
            found = await self.services.search.find_in(request.topic, document)
            piece = await self._text.tell_hits(document, found, request.words) if found.is_confident else None
            return (piece,) if piece else None
        sections = find_sections(passages, request)
        if sections:
            return [piece for each in sections for piece in self._text.tell_section(document, each, passages)]
        if not request.topic:
            return () if request.section else None
        found = await self.services.search.find_in(request.topic, document)
        # What is merely close answers only who asks what it says on something.
        is_told = found.is_confident or (request.asks_within and not request.section)
        piece = await self._text.tell_hits(document, found, request.words) if is_told else None
        return (piece,) if piece else ()

    def _tell(
        self,
        turn: Turn,
        document: PolicyDocument,
        steps: Sequence[Piece],
        pieces: Sequence[Piece],
        replies: Replies,
        *,
        is_rest: bool = False,
    ) -> list[EventType]:
        """The first of the steps; what follows them in the whole of the policy waits for "tell me more"."""
        if hides_title(document, turn):
            replies.say(
                "utter_policy_lookup_not_texted", "policy", sources=Sources((cite(document, turn, self.phrases),))
            )
            return self._keep(turn, document)
        chosen = choose_pieces(steps)
        given = place_after(chosen, pieces)
        more, buttons = say_more(turn, self.phrases, given is not None)
        first = []
        if is_rest and any(piece.passage for piece in chosen):
            # A fact of ours says whose it is; a section does not.
            policy = document.number or document.title
            first.append(self.phrases.say("utter_policy_lookup_part_from", policy=policy))
        if turn.day != turn.today:
            kind = "past" if turn.day < turn.today else "later"
            first.append(self.phrases.say(f"utter_part_on_{kind}_day", day=say_day(turn.day)))
        cited = dict.fromkeys(hide_title(piece.citation, document, turn, self.phrases) for piece in chosen)
        facts = tuple(piece.fact.id for piece in chosen if piece.fact)
        replies.say(
            "utter_more_answer" if is_rest else "utter_policy_lookup_says",
            "policy",
            sources=Sources(tuple(cited), facts),
            buttons=buttons,
            policy=name_policy(document, turn, self.phrases),
            statement=self.phrases.join(
                [*first, *(said for piece in chosen for said in (piece.lead, piece.text)), more]
            ),
        )
        return self._keep(turn, document, given)

    async def _say_not_there(
        self, turn: Turn, document: PolicyDocument, request: PolicyRequest, replies: Replies
    ) -> list[EventType]:
        replies.say(
            "utter_policy_lookup_no_section" if request.section else "utter_policy_lookup_not_said",
            "handoff_offered",
            sources=Sources((cite(document, turn, self.phrases),)),
            policy=name_policy(document, turn, self.phrases),
            section=request.section or "",
            sections=await self._text.list_headings(document),
        )
        return self._keep(turn, document)

    def _keep(self, turn: Turn, document: PolicyDocument, given: int | None = None) -> list[EventType]:
        """What "tell me more", "and section C?" and "what does it say?" go on from."""
        return [*keep_place(TOPIC, turn, given), SlotSet("policy_number", key_of(document))]


def _naming(pieces: Sequence[Piece], names: Sequence[str]) -> tuple[Piece, ...]:
    """The steps of sections in the payer's words that name a product."""
    if not names:
        return ()
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b", re.I)
    return tuple(each for each in pieces if each.passage and named.search(each.passage.payer_text or ""))


def own_facts(facts: Sequence[Fact], document: PolicyDocument) -> tuple[Fact, ...]:
    """What the policy says but for what is said with its number: that number, its days and states."""
    own = (fact for fact in facts if fact.document.version_id == document.version_id)
    return tuple(fact for fact in own if document.number is None or document.number not in fact.text)
