"""How is a network said: the nearest hospitals, one of them by name, or the whole list?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from actions.phrases import Phrases
from actions.replies import Replies, Sources
from actions.said import say_field
from actions.services import ActionServices
from actions.spoken import say_day
from bot.conversations.model import Channel
from knowledge.facilities.model import Card, FacilityMatch
from knowledge.policies.model import Plan
from knowledge.therapies.model import OtherProduct, Therapy

_WHOLE_MILES_FROM = 20
_FAR_FROM_MILES = 100
_FOR_AGE = {
    "adult": "utter_facility_search_part_for_adult",
    "pediatric": "utter_facility_search_part_for_pediatric",
}
# Where the source reports it, and that it reports it nowhere.
_WHERE = {
    "therapy": ("utter_facility_search_part_therapy_at", "utter_facility_search_part_therapy_nowhere"),
    "adult": ("utter_facility_search_part_adult_at", "utter_facility_search_part_adult_nowhere"),
    "pediatric": ("utter_facility_search_part_pediatric_at", "utter_facility_search_part_pediatric_nowhere"),
}


class FacilityAnswers:
    """Says what the network list holds, always with the day on which its source reported it."""

    def __init__(self, services: ActionServices, phrases: Phrases) -> None:
        self._services = services
        self._phrases = phrases

    async def say_nearest(
        self, zip_code: str, plan: Plan, day: date, therapy: str | None, age_group: str | None, replies: Replies
    ) -> None:
        """The nearest that fit what was asked about; where none is reported to fit, all of them and what is known."""
        find = self._services.facilities.search
        found = await find(zip_code=zip_code, payer=plan.payer, as_of=day, therapy=therapy, age_group=age_group)
        statement = ""
        if therapy or age_group:
            name = await self._name_therapy(therapy)
            if found.matches:
                statement = self._say_filters(name, age_group)
            else:
                is_for_adults = found.for_adults_only
                found = await find(zip_code=zip_code, payer=plan.payer, as_of=day)
                statement = self._say_known(found.matches, therapy, name, age_group)
                if is_for_adults and name:
                    statement = self._phrases.say("utter_facility_search_part_label_for_adults", product=name)
        values = {"statement": statement} if statement else {}
        nearest = found.matches[0].distance_miles or 0.0
        if nearest > _FAR_FROM_MILES:
            key = "utter_facility_search_far_for" if statement else "utter_facility_search_far"
            values["miles"] = _say_miles(nearest)
        else:
            key = "utter_facility_search_found_for" if statement else "utter_facility_search_found"
        self._show(key, found.matches, plan, replies, place=found.place or found.zip_code, **values)

    def say_listed(self, matches: Sequence[FacilityMatch], plan: Plan, replies: Replies) -> None:
        """That these hospitals, asked about by name, are in the network."""
        names = self._phrases.list_of(match.facility.name for match in matches)
        self._show("utter_facility_search_listed", matches, plan, replies, names=names)

    def say_all(self, key: str, matches: Sequence[FacilityMatch], plan: Plan, replies: Replies, **values: str) -> None:
        """The whole list, with no place to measure from."""
        self._show(key, matches, plan, replies, **values)

    def _show(self, key: str, matches: Sequence[FacilityMatch], plan: Plan, replies: Replies, **values: str) -> None:
        said: dict[str, Any] = {
            **values,
            "network": self._phrases.join(sorted({match.membership.network_name for match in matches}), separator=", "),
            "payer": plan.payer_name,
            "facilities": self._phrases.join((self._line(match, replies.channel) for match in matches), separator="\n"),
            # The oldest date is what holds for the whole list.
            "verified_on": say_day(min(match.membership.verified_on for match in matches)),
        }
        sources = Sources(tuple(dict.fromkeys(match.citation() for match in matches)))
        replies.say(key, "facilities", sources=sources, cards=[_card(match) for match in matches], **said)

    def _line(self, match: FacilityMatch, channel: Channel) -> str:
        """One hospital in one line; on the web its card shows the phone number."""
        values = {"name": match.facility.name}
        phone = match.facility.phone if channel is Channel.SMS else None
        if match.distance_miles is None:
            key = "utter_facility_search_part_name"
            key_with_phone = "utter_facility_search_part_name_with_phone"
        else:
            key, key_with_phone = "utter_facility_search_part_match", "utter_facility_search_part_match_with_phone"
            values["miles"] = _say_miles(match.distance_miles)
        return self._phrases.say(key_with_phone, phone=phone, **values) if phone else self._phrases.say(key, **values)

    async def _name_therapy(self, therapy: str | None) -> str | None:
        catalogue = self._services.therapies
        found: Therapy | OtherProduct | None = await catalogue.find_therapy(therapy) if therapy else None
        found = found or (await catalogue.find_other_product(therapy) if therapy else None)
        return say_field(found.brand, found.id, found.checksum, "brand") if found else therapy

    def _say_filters(self, therapy: str | None, age_group: str | None) -> str:
        ages = self._phrases.say(_FOR_AGE[age_group]) if age_group else ""
        product = self._phrases.say("utter_facility_search_part_for_therapy", product=therapy) if therapy else ""
        filters = self._phrases.list_of(part for part in (product, ages) if part)
        return self._phrases.say("utter_facility_search_part_shown", filters=filters)

    def _say_known(
        self, matches: Sequence[FacilityMatch], therapy: str | None, name: str | None, age_group: str | None
    ) -> str:
        """What the source says of the therapy and of the age, one after the other."""
        parts = []
        if therapy and name:
            where = self._names(matches, lambda match: therapy in match.membership.therapies)
            parts.append(self._say_where("therapy", where, product=name))
        if age_group:
            where = self._names(matches, lambda match: age_group in match.membership.age_groups)
            parts.append(self._say_where(age_group, where))
        return self._phrases.join(parts)

    def _say_where(self, what: str, where: str, **values: str) -> str:
        at, nowhere = _WHERE[what]
        return self._phrases.say(at, facilities=where, **values) if where else self._phrases.say(nowhere, **values)

    def _names(self, matches: Sequence[FacilityMatch], fits: Callable[[FacilityMatch], bool]) -> str:
        return self._phrases.list_of(match.facility.name for match in matches if fits(match))


def _say_miles(miles: float) -> str:
    """Tenths of a mile only where they matter."""
    return f"{round(miles):,}" if miles >= _WHOLE_MILES_FROM else f"{miles:g}"


def _card(match: FacilityMatch) -> Card:
    card = match.card()
    if match.distance_miles is not None and match.distance_miles >= _WHOLE_MILES_FROM:
        card["distance_miles"] = round(match.distance_miles)
    return card
