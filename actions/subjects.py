"""What is an answer about, does it say so, and which products are meant where a condition was named?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from actions.answer_openings import Opening
from actions.phrases import Phrases
from actions.services import ActionServices
from actions.therapy_parts import cite, field_of
from actions.turn_context import Turn
from knowledge.citations import Citation
from knowledge.policies.model import Fact
from knowledge.therapies.model import Condition, MarketStatus, OtherProduct, Therapy

# With more than these for a condition the answer would be a list.
_MOST_PRODUCTS = 3


@dataclass(frozen=True)
class Subject:
    """The entry that is talked about, and for a condition its products on the US market, the first three."""

    entry: Therapy | OtherProduct | Condition
    products: tuple[Therapy, ...] = ()

    def is_named_in(self, shown: Iterable[str]) -> bool:
        """True where one of the texts names it, or for a condition one of its products."""
        if isinstance(self.entry, Condition):
            names = (self.entry.name, *self.entry.names, *self.entry.aliases, *(each.brand for each in self.products))
        else:
            names = (self.entry.brand, *self.entry.names)
        words = "|".join(re.escape(name) for name in names)
        return any(re.search(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE) for text in shown)


async def find_subject(turn: Turn, services: ActionServices) -> Subject | None:
    """What the turn is about in the catalogue; None for nothing, and for a name that is not in it."""
    catalogue = services.therapies
    if not turn.about:
        return None
    found = await catalogue.find_therapy(turn.about) or await catalogue.find_other_product(turn.about)
    if found is not None:
        return Subject(found)
    condition = await catalogue.find_condition(turn.about)
    if condition is None:
        return None
    therapies = [therapy for name in condition.therapies if (therapy := await catalogue.find_therapy(name))]
    sold = [each for each in therapies if each.us_status is MarketStatus.MARKETED]
    return Subject(condition, tuple(sold[:_MOST_PRODUCTS]))


async def find_facts_about(topic: str, turn: Turn, day: date, services: ActionServices) -> tuple[Fact, ...]:
    """What may be said to this member on that day, in speaking order; for a condition that of its products first.

    Raises StoreUnavailable.
    """
    facts = await services.policies.find_facts(topic, turn.scope, day, about=turn.about)
    subject = await find_subject(turn, services)
    own: dict[str, Fact] = {}
    for product in subject.products if subject else ():
        found = await services.policies.find_facts(topic, turn.scope, day, about=product.id)
        own |= {fact.id: fact for fact in found if product.id in fact.subjects}
    return (*own.values(), *(fact for fact in facts if fact.id not in own))


async def open_with_subject(
    opening: Opening, chosen: Sequence[Fact], turn: Turn, services: ActionServices, phrases: Phrases
) -> Opening:
    """The opening of an answer with these facts; what was asked about is named where nothing in them names it."""
    subject = await find_subject(turn, services)
    if subject is None or subject.is_named_in((opening.before, opening.facts, *(fact.text for fact in chosen))):
        return opening
    named, citations = _say_subject(subject, phrases)
    return replace(opening, before=phrases.join([named, opening.before]), citations=(*opening.citations, *citations))


def _say_subject(subject: Subject, phrases: Phrases) -> tuple[str, tuple[Citation, ...]]:
    """That what follows is general, with the name of what was asked about; and the sources of what that states."""
    entry = subject.entry
    if not isinstance(entry, Condition):
        return phrases.say("utter_part_about_just_that", name=field_of(entry, "brand")), ()
    name = field_of(entry, "name")
    if not subject.products:
        return phrases.say("utter_part_about_just_that", name=name), ()
    brands = phrases.list_of(field_of(each, "brand") for each in subject.products)
    sources = tuple(dict.fromkeys(source for each in subject.products for source in each.sources[:1]))
    return phrases.say("utter_part_about_condition", name=name, brands=brands), cite(sources)
