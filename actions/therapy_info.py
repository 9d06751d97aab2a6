"""What is this product, or what is approved for this condition?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk.events import EventType

from actions.overview import Overview
from actions.references import list_shown
from actions.replies import Replies, Sources
from actions.therapy_parts import field_of
from actions.therapy_pieces import (
    Described,
    Piece,
    describe_condition,
    describe_product,
    describe_therapy,
    say_differences,
)
from actions.topic_action import TopicAction
from actions.topic_answers import MOST_SENTENCES, count_sentences, keep_place, say_more
from actions.turn_context import Turn
from knowledge.policies.model import Fact
from knowledge.therapies.model import Condition, OtherProduct, Standing, Therapy

# "What is it for?" asks about the product talked about before; a question with a name that the catalogue does not
# know must not be answered with that product.
_POINTS_BACK = re.compile(
    r"\b(?:it|its|this|that|they|them|these|those|ones?|wh?ich|both|either|others?|same|diff\w*|the\s+(?:two|2|first|second|last))\b",
    re.IGNORECASE,
)
# "Which one", "the difference between them": of what was shown, not of the one talked of last.
_OF_SEVERAL = re.compile(
    r"\b(?:wh?ich|both|either|them|these|those|they|the\s+(?:two|2)|diff\w*|ones)\b", re.IGNORECASE
)
# "Hemophilia" names two conditions; a list of more than these is no answer to read.
_MOST_NAMES = 3
_MOST_FACTS = 2
_ASKS_MAKER = re.compile(
    r"\W*(?:and\s+)?(?:who|what|which)\b.*\b(?:makes?|made|maker|manufactur\w+|company|produces?|sells?)\b"
    r"(?:\s+(?:it|this|that|them))?\W*",
    re.IGNORECASE,
)


class AnswerTherapyInfo(TopicAction):
    """Answers from the catalogue; a name that is not in it is said to be unknown, and nothing is guessed."""

    topic = "therapy_info"

    async def respond(self, turn: Turn, replies: Replies) -> list[EventType]:
        """The products or conditions that this message names, the one that it points back to, or all of them."""
        if (told := await Overview(self.services, self.phrases).tell_if_asked(turn, replies)) is not None:
            return told
        found = [each for name in _names(turn) or _list_talked_of(turn) if (each := await self._describe(name, turn))]
        described = _without_own_conditions(found)[:_MOST_NAMES]
        if not described and not turn.about and _points_back(turn):
            # Nothing was named, neither here nor before: no spelling is wrong.
            replies.say("utter_therapy_info_which", "clarify")
            return keep_place(self.topic, turn)
        if not described:
            replies.say("utter_therapy_info_unknown", "handoff_offered")
            return keep_place(self.topic, turn)
        if len(described) == 1:
            return self._tell(described[0], 0, turn, replies)
        self._compare(described, replies)
        return keep_place(self.topic, turn)

    async def answer_from(self, given: int | None, turn: Turn, replies: Replies) -> list[EventType]:
        """Goes on with the product or condition talked about last."""
        described = await self._describe(turn.about, turn) if turn.about else None
        if described is None or (given or 0) >= len(described.pieces):
            replies.say("utter_more_nothing", "handoff_offered")
            return keep_place(self.topic, turn)
        return self._tell(described, given or 0, turn, replies)

    def _tell(self, described: Described, given: int, turn: Turn, replies: Replies) -> list[EventType]:
        first = self._say_maker(described) if given == 0 and _ASKS_MAKER.search(turn.text) else ()
        chosen = _choose((*first, *described.pieces[given:]))
        told = given + len(chosen) - len(first)
        is_more = told < len(described.pieces)
        more, buttons = say_more(turn, self.phrases, is_more)
        facts = [piece.fact for piece in chosen if piece.fact]
        replies.say(
            _frame(described),
            "answer",
            sources=Sources.of(facts, *described.citations),
            buttons=buttons,
            statement=self.phrases.join([*(piece.text for piece in chosen), more]),
        )
        return keep_place(self.topic, turn, told if is_more else None)

    def _say_maker(self, described: Described) -> tuple[Piece, ...]:
        entry = described.entry
        if isinstance(entry, Condition):
            return ()
        brand, maker = field_of(entry, "brand"), field_of(entry, "manufacturer")
        return (Piece(self.phrases.say("utter_therapy_info_part_maker", brand=brand, maker=maker)),)

    def _compare(self, described: Sequence[Described], replies: Replies) -> None:
        differences = list(say_differences(described, self.phrases))
        statement = self.phrases.join([*(each.gist for each in described), *differences], separator="\n\n")
        citations = [citation for each in described for citation in each.citations]
        replies.say("utter_therapy_info_answer", "answer", sources=Sources.of((), *citations), statement=statement)

    async def _find_own_facts(self, turn: Turn, about: str) -> tuple[Fact, ...]:
        facts = await self.services.policies.find_facts(self.topic, turn.scope, turn.today, about=about)
        return tuple(fact for fact in facts if fact.subjects)[:_MOST_FACTS]

    async def _describe(self, name: str, turn: Turn) -> Described | None:
        catalogue = self.services.therapies
        if therapy := await catalogue.find_therapy(name):
            facts = await self._find_own_facts(turn, name)
            return await describe_therapy(therapy, facts, self.services, self.phrases)
        if condition := await catalogue.find_condition(name):
            facts = await self._find_own_facts(turn, name)
            return await describe_condition(condition, facts, self.services, self.phrases)
        product = await catalogue.find_other_product(name)
        return describe_product(product, self.phrases) if product else None


def _choose(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The next pieces: at least one, then as many as stay short."""
    chosen: list[Piece] = []
    sentences = 0
    for piece in pieces:
        sentences += count_sentences(piece.text)
        if chosen and sentences > MOST_SENTENCES:
            break
        chosen.append(piece)
    return tuple(chosen)


def _frame(described: Described) -> str:
    """What is not approved has other next steps than what a plan may cover."""
    entry = described.entry
    if isinstance(entry, OtherProduct) and entry.standing is Standing.OUTSIDE_SCOPE:
        return "utter_therapy_info_outside"
    if isinstance(entry, OtherProduct) or (isinstance(entry, Condition) and not entry.has_product):
        return "utter_therapy_info_not_approved"
    return "utter_therapy_info_answer"


def _without_own_conditions(found: Sequence[Described]) -> list[Described]:
    """ "Zolgensma for SMA" asks about Zolgensma; "Luxturna for LHON" about both, since it is not for that."""
    own = {name for each in found if isinstance(each.entry, Therapy) for name in each.entry.conditions}
    return [each for each in found if each.entry.id not in own]


def _names(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*turn.entities.get("therapy", ()), *turn.entities.get("condition", ()))))


def _list_talked_of(turn: Turn) -> tuple[str, ...]:
    """What a message that names nothing asks about: the products shown before, or the one talked of last."""
    shown = list_shown(turn, "therapy") if _OF_SEVERAL.search(turn.text) else ()
    if len(shown) > 1:
        return shown
    if turn.about:
        return (turn.about,) if _points_back(turn) else ()
    return turn.alternatives.get("condition", ()) if _points_back(turn) else ()


def _points_back(turn: Turn) -> bool:
    return bool(_POINTS_BACK.search(turn.text) or _ASKS_MAKER.fullmatch(turn.text))
