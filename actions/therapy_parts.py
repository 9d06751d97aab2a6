"""What does the catalogue know of a product or condition, in sentences that carry their sources?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from actions.phrases import Phrases
from actions.said import Said, say_field
from actions.services import ActionServices
from actions.spoken import say_day
from actions.turn_context import Turn
from knowledge.citations import Citation
from knowledge.therapies.model import (
    Condition,
    Entry,
    MarketStatus,
    OtherProduct,
    Source,
    Standing,
    Therapy,
    Unverified,
)

# What is said of a therapy there must not be taken for one that is none, or for one that is not approved.
_STANDING_TOPICS = frozenset(
    {"coverage_general", "precertification", "cost", "process_followup", "candidacy", "safety_risks"}
)
# Rules of a day, which hold for what was approved on it.
_RULE_TOPICS = frozenset({"coverage_general", "precertification", "cost", "candidacy"})
# What differs from product to product, told of those for a condition where they are no more than these.
_DESCRIBED_TOPICS = frozenset({"process_followup", "candidacy"})
_MOST_DESCRIBED = 2
_OUTSIDE, _NOT_APPROVED = "utter_therapy_info_outside", "utter_therapy_info_not_approved"
_HOW = frozenset({Unverified.ROUTE, Unverified.SETTING, Unverified.SCHEDULE, Unverified.REPEAT})


@dataclass(frozen=True)
class Description:
    """Finished sentences about the therapy or condition `about`, and the sources behind them.

    `before` is what must be known before any rule is read. `frame` is the response that says it where it is all:
    rules for approved therapies in general do not hold for it, so none may follow.
    """

    about: str
    text: str
    citations: tuple[Citation, ...]
    before: str = ""
    frame: str | None = None


async def describe_for_topic(topic: str, turn: Turn, services: ActionServices, phrases: Phrases) -> Description | None:
    """What the catalogue adds to a topic for the product in question; None where it adds nothing."""
    if not turn.about:
        return None
    if therapy := await services.therapies.find_therapy(turn.about):
        return _describe_therapy(topic, therapy, turn, phrases)
    if topic not in _STANDING_TOPICS:
        return None
    if product := await services.therapies.find_other_product(turn.about):
        frame = _OUTSIDE if product.standing is Standing.OUTSIDE_SCOPE else _NOT_APPROVED
        return Description(product.id, say_standing(product, phrases), cite(product.sources), frame=frame)
    condition = await services.therapies.find_condition(turn.about)
    if condition is not None and condition.has_product:
        return await _describe_products(topic, condition, turn, services, phrases)
    if condition is None:
        return None
    return Description(condition.id, say_no_product(condition, phrases), cite(condition.sources), frame=_NOT_APPROVED)


async def _describe_products(
    topic: str, condition: Condition, turn: Turn, services: ActionServices, phrases: Phrases
) -> Description | None:
    """How the products for a condition are given, or for whom they are, one after the other."""
    if topic not in _DESCRIBED_TOPICS or len(condition.therapies) > _MOST_DESCRIBED:
        return None
    found = [await services.therapies.find_therapy(name) for name in condition.therapies]
    parts = [part for therapy in found if therapy and (part := _describe_therapy(topic, therapy, turn, phrases))]
    told = [part for part in parts if part.frame is None and part.text]
    citations = tuple(dict.fromkeys(citation for part in told for citation in part.citations))
    return Description(condition.id, phrases.join(part.text for part in told), citations) if told else None


def _describe_therapy(topic: str, therapy: Therapy, turn: Turn, phrases: Phrases) -> Description | None:
    citations = cite(therapy.sources)
    if topic in _RULE_TOPICS and turn.day < therapy.approved_on:
        day = field_of(therapy, "approved_on", as_day=True)
        later = phrases.say("utter_part_approved_later", brand=field_of(therapy, "brand"), day=day)
        return Description(therapy.id, later, citations, frame=_OUTSIDE)
    before: str = ""
    text: str = ""
    if topic in _STANDING_TOPICS and therapy.us_status is MarketStatus.DISCONTINUED:
        before = phrases.say("utter_part_no_longer_sold", brand=field_of(therapy, "brand"))
    if topic == "process_followup":
        text = _how_it_is_given(therapy, phrases)
    elif topic == "candidacy" and turn.day == turn.today:
        # The catalogue has today's label alone: it says nothing of the label of another day.
        text = _for_whom(therapy, phrases)
    return Description(therapy.id, text, citations, before) if before or text else None


def field_of(entry: Entry, path: str, *, as_day: bool = False) -> Said:
    """A field of an entry as it is said, so that it can be told later from which version; `path` as in `say_field`."""
    found: object = entry
    for step in path.split("."):
        found = found[int(step)] if isinstance(found, tuple) else getattr(found, step)
    if isinstance(found, date):
        return say_field(say_day(found), entry.id, entry.checksum, path, as_day=as_day)
    return say_field(str(found.value if isinstance(found, Enum) else found), entry.id, entry.checksum, path)


def say_standing(product: OtherProduct, phrases: Phrases) -> str:
    """That a product is outside the list, or not approved as far as the list of that day goes."""
    day = field_of(product, "checked_on", as_day=True)
    is_outside = product.standing is Standing.OUTSIDE_SCOPE
    key = "utter_therapy_info_part_outside" if is_outside else "utter_therapy_info_part_not_approved"
    return phrases.say(key, brand=field_of(product, "brand"), day=day)


def say_no_product(condition: Condition, phrases: Phrases, named: str = "condition") -> str:
    """That no approved gene therapy for the condition is on file; `named` is "it" where its name has been said."""
    day = field_of(condition, "sources.0.read_on", as_day=True)
    key = f"utter_therapy_info_part_no_gene_therapy_for_{named}"
    return phrases.say(key, condition_name=field_of(condition, "name"), day=day)


def say_unverified(therapy: Therapy, phrases: Phrases, only: frozenset[Unverified] = frozenset(Unverified)) -> str:
    """What nobody may guess: the fields that no source settles; empty where there are none."""
    open_fields = [mark for mark in therapy.unverified if mark in only]
    if not open_fields:
        return ""
    names = phrases.list_of(phrases.say(f"utter_therapy_info_part_open_{mark.value}") for mark in open_fields)
    return phrases.say("utter_therapy_info_part_unverified", fields=names)


def cite(sources: tuple[Source, ...]) -> tuple[Citation, ...]:
    """Catalogue sources as citations; none of them belongs to a payer."""
    return tuple(source.citation() for source in sources)


def _how_it_is_given(therapy: Therapy, phrases: Phrases) -> str:
    say, brand = phrases.say, field_of(therapy, "brand")
    parts = (
        say("utter_process_followup_part_route", brand=brand, route=field_of(therapy, "route"))
        if therapy.route
        else "",
        say("utter_process_followup_part_dosing", brand=brand, dosing=field_of(therapy, "dosing"))
        if therapy.dosing
        else "",
        say("utter_process_followup_part_setting", setting=field_of(therapy, "setting")) if therapy.setting else "",
        say_unverified(therapy, phrases, _HOW),
    )
    return phrases.join(parts)


def _for_whom(therapy: Therapy, phrases: Phrases) -> str:
    if not therapy.ages:
        return say_unverified(therapy, phrases, frozenset({Unverified.AGES}))
    return phrases.say("utter_candidacy_part_ages", brand=field_of(therapy, "brand"), ages=field_of(therapy, "ages"))
