"""Which therapies are approved, how many, and for what? Told from the catalogue, as of its list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.phrases import Phrases
from actions.replies import Replies, Sources
from actions.services import ActionServices
from actions.spoken import say_day
from actions.therapy_parts import cite, field_of
from actions.turn_context import Turn
from bot.conversations.model import Channel
from knowledge.therapies.model import Condition, MarketStatus, Source, Therapy, TherapyKind

_CLASS = r"(?:(?:approved|gene|cell|genetic|editing|car[\s-]?t|crispr|based|other|the|these|of|fda)[\s-]+)*"
_PRODUCT = r"(?:therap(?:y|ies)|treatments?|products?|drugs?|medicines?|brands?|car[\s-]?ts?)\b"
_PRODUCTS = re.compile(
    rf"\bhow\s+many\s+{_CLASS}{_PRODUCT}(?!\s+(?:can|do|will|does|would|should|are\s+covered)\b)"
    rf"|^\W*(?:and\s+)?(?:what|which)\s+{_CLASS}{_PRODUCT}\W*$"
    rf"|\b(?:what|which)\s+{_CLASS}{_PRODUCT}\s+(?:are|is|have|has|exist\w*|do\s+you\s+(?:know|have))\b[\w\s]*"
    r"\b(?:approved|there|out|sold|available|market|exist\w*|now|today|know|on\s+file|list)\W*$"
    rf"|\b(?:list|names?)\s+(?:of\s+|all\s+|me\s+)*{_CLASS}{_PRODUCT}(?:\s+approved)?\W*$",
    re.IGNORECASE,
)
_CONDITION = r"(?:diseases?|conditions?|illness(?:es)?|disorders?)\b"
_CONDITIONS = re.compile(
    rf"\b(?:what|which|how\s+many|list\s+(?:of\s+)?(?:all\s+)?)\s*(?:\w+\s+){{0,2}}{_CONDITION}[\w\s-]*"
    r"\b(?:therap\w+|treat\w*|products?|drugs?|approved|used|for|there|list)\W*$",
    re.IGNORECASE,
)
_CAR_T = re.compile(r"\bcar[\s-]?ts?\b", re.IGNORECASE)
# Trials and plans have lists of their own, which these are not.
_ELSEWHERE = re.compile(
    r"\b(?:trials?|stud(?:y|ies|ied)|cover\w*|plan|pipeline|future|coming|hospitals?)\b", re.IGNORECASE
)


def asks_for_products(text: str) -> bool:
    """True for "how many are approved" and "which products": all of them, none by its name."""
    return bool(_PRODUCTS.search(text)) and not _ELSEWHERE.search(text)


def asks_for_conditions(text: str) -> bool:
    """True for "what diseases have gene therapies"."""
    return bool(_CONDITIONS.search(text)) and not _ELSEWHERE.search(text)


class Overview:
    """Counts and names what the catalogue holds; what is tried or outside of it is not counted."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._catalogue = services.therapies
        self._phrases = phrases

    async def tell_if_asked(self, turn: Turn, replies: Replies) -> list[EventType] | None:
        """The overview that the message asks for; None, and nothing is said, where it asks for none."""
        if turn.named("therapy") or turn.named("condition"):
            return None
        if asks_for_conditions(turn.text):
            await self._say_conditions(turn.channel, replies)
        elif asks_for_products(turn.text):
            await self._say_products(turn, replies)
        else:
            return None
        return [SlotSet("last_topic", replies.topic), SlotSet("facts_given", None), SlotSet("lead_fact", None)]

    async def _say_products(self, turn: Turn, replies: Replies) -> None:
        therapies = await self._list_therapies()
        key = "utter_therapy_info_part_overview_all"
        if _CAR_T.search(turn.text):
            therapies = [each for each in therapies if each.kind is TherapyKind.CAR_T]
            key = "utter_therapy_info_part_overview_car_t"
        sold = [each for each in therapies if _is_sold(each)]
        ended = [each for each in therapies if not _is_sold(each)]
        source = _shared_source(therapies)
        counts = {"count": str(len(therapies)), "sold": str(len(sold)), "day": say_day(source.read_on)}
        parts = [self._phrases.say(key, brands=self._brands(sold), **counts)]
        if ended:
            parts.append(self._phrases.say("utter_therapy_info_part_overview_ended", brands=self._brands(ended)))
        others = (each.sources[0] for each in therapies if source not in each.sources)
        self._say(self._phrases.join(parts), (source, *dict.fromkeys(others)), replies)

    async def _say_conditions(self, channel: Channel, replies: Replies) -> None:
        """The number of conditions, and their names where there is room for them."""
        therapies = await self._list_therapies()
        ids = sorted({name for each in therapies if _is_sold(each) for name in each.conditions})
        found = [condition for name in ids if (condition := await self._catalogue.find_condition(name))]
        source = _shared_source(therapies)
        counts = {"count": str(len(found)), "day": say_day(source.read_on)}
        said = self._phrases.say("utter_therapy_info_part_overview_conditions", **counts)
        names = "" if channel is Channel.SMS else self._names(found)
        self._say(self._phrases.join([said, names], separator="\n"), (source,), replies)

    def _say(self, statement: str, sources: tuple[Source, ...], replies: Replies) -> None:
        cited = Sources(cite(sources))
        replies.say("utter_therapy_info_overview", "answer", sources=cited, statement=statement)

    async def _list_therapies(self) -> list[Therapy]:
        names = await self._catalogue.list_names()
        return [therapy for name in sorted(names) if (therapy := await self._catalogue.find_therapy(name))]

    def _brands(self, therapies: Sequence[Therapy]) -> str:
        return self._phrases.list_of(field_of(each, "brand") for each in therapies)

    def _names(self, conditions: Sequence[Condition]) -> str:
        names = sorted((field_of(each, "name") for each in conditions), key=str.casefold)
        lines = (self._phrases.say("utter_therapy_info_part_overview_line", name=name) for name in names)
        return self._phrases.join(lines, separator="\n")


def _is_sold(therapy: Therapy) -> bool:
    return therapy.us_status is MarketStatus.MARKETED


def _shared_source(therapies: Sequence[Therapy]) -> Source:
    """The list that all of them stand on, or the most."""
    counted = Counter(source for each in therapies for source in each.sources)
    return max(counted, key=lambda source: (counted[source], source.title))
