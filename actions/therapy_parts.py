"""What does the catalogue know of a product or condition, in sentences that carry their sources?"""

from __future__ import annotations

from dataclasses import dataclass

from actions.phrases import Phrases
from actions.services import ActionServices
from actions.spoken import say_day
from actions.turn_context import Turn
from knowledge.citations import Citation
from knowledge.therapies.model import Condition, MarketStatus, Source, Therapy


@dataclass(frozen=True)
class Description:
    """Finished sentences about the therapy or condition `about`, and the sources behind them."""

    about: str
    text: str
    citations: tuple[Citation, ...]


async def describe_for_topic(topic: str, turn: Turn, services: ActionServices, phrases: Phrases) -> Description | None:
    """What the catalogue adds to a topic for the product in question; None where it adds nothing."""
    therapy = await services.therapies.find_therapy(turn.about) if turn.about else None
    if therapy is None:
        return None
    parts = {"process_followup": _how_it_is_given, "candidacy": _for_whom}.get(topic)
    text = parts(therapy, phrases) if parts else ""
    return Description(therapy.id, text, cite(therapy.sources)) if text else None


async def describe_therapy(therapy: Therapy, services: ActionServices, phrases: Phrases) -> Description:
    """The product: what it is, for which conditions and ages, since when, and whether it is still sold."""
    conditions = [await services.therapies.find_condition(found) for found in therapy.conditions]
    names = phrases.list_of(condition.name for condition in conditions if condition)
    say = phrases.say
    parts = [
        say("utter_therapy_info_part_name", brand=therapy.brand, proper_name=therapy.proper_name),
        say(f"utter_therapy_info_part_kind_{therapy.kind.value}"),
        say("utter_therapy_info_part_conditions", conditions=names) if names else "",
        say("utter_therapy_info_part_ages", ages=therapy.ages) if therapy.ages else "",
        say("utter_therapy_info_part_approved", day=say_day(therapy.approved_on)),
        say("utter_therapy_info_part_accelerated") if therapy.accelerated_approval else "",
        say("utter_therapy_info_part_discontinued") if therapy.us_status is MarketStatus.DISCONTINUED else "",
    ]
    return Description(therapy.id, phrases.join(parts), cite(therapy.sources))


async def describe_condition(condition: Condition, services: ActionServices, phrases: Phrases) -> Description:
    """The condition: which approved products are on file for it, those no longer sold named as such."""
    marketed = [await services.therapies.find_therapy(found) for found in condition.therapies]
    ended = [await services.therapies.find_therapy(found) for found in condition.discontinued_therapies]
    brands = phrases.list_of(therapy.brand for therapy in marketed if therapy)
    old_brands = phrases.list_of(therapy.brand for therapy in ended if therapy)
    say = phrases.say
    parts = [
        say("utter_therapy_info_part_for_condition", condition_name=condition.name, brands=brands) if brands else "",
        say("utter_therapy_info_part_none_for_condition", condition_name=condition.name) if not brands else "",
        say("utter_therapy_info_part_ended_for_condition", brands=old_brands) if old_brands else "",
    ]
    sources = [source for therapy in (*marketed, *ended) if therapy for source in therapy.sources[:1]]
    return Description(condition.id, phrases.join(parts), cite((*condition.sources, *sources)))


def cite(sources: tuple[Source, ...]) -> tuple[Citation, ...]:
    """Catalogue sources as citations; none of them belongs to a payer."""
    return tuple(
        Citation(
            document=source.title,
            number=None,
            payer=source.publisher,
            section=None,
            version=source.source_date.isoformat() if source.source_date else None,
            effective_on=None,
            read_on=source.read_on,
            url=source.url,
        )
        for source in sources
    )


def _how_it_is_given(therapy: Therapy, phrases: Phrases) -> str:
    if not (therapy.route or therapy.dosing):
        return ""
    say = phrases.say
    parts = [
        say("utter_process_followup_part_route", brand=therapy.brand, route=therapy.route) if therapy.route else "",
        say("utter_process_followup_part_dosing", brand=therapy.brand, dosing=therapy.dosing) if therapy.dosing else "",
        say("utter_process_followup_part_setting", setting=therapy.setting) if therapy.setting else "",
    ]
    return phrases.join(parts)


def _for_whom(therapy: Therapy, phrases: Phrases) -> str:
    if not therapy.ages:
        return ""
    return phrases.say("utter_candidacy_part_ages", brand=therapy.brand, ages=therapy.ages)
