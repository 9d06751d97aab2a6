"""Which sentences tell of a product or a condition, and in which order? The first are the answer, the rest waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from actions.phrases import Phrases
from actions.said import Said, say_fact
from actions.services import ActionServices
from actions.therapy_parts import cite, field_of, say_no_product, say_standing, say_unverified
from knowledge.citations import Citation
from knowledge.policies.model import Fact
from knowledge.therapies.model import Condition, MarketStatus, OtherProduct, Standing, Therapy, TherapyKind

# Their cells look for the target; other products bring it.
_SEEKERS = frozenset({TherapyKind.CAR_T, TherapyKind.TCR_T})


@dataclass(frozen=True)
class Piece:
    """One step of an answer; `fact` is the fact that it speaks, if it speaks one."""

    text: str
    fact: Fact | None = None


@dataclass(frozen=True)
class Described:
    """An entry in pieces, the most needed first. `gist` is the one sentence for a comparison with others."""

    entry: Therapy | OtherProduct | Condition
    gist: str
    pieces: tuple[Piece, ...]
    citations: tuple[Citation, ...]


async def describe_therapy(
    therapy: Therapy, facts: Sequence[Fact], services: ActionServices, phrases: Phrases
) -> Described:
    """What it is and for what, for whom and how it is given; what is not verified and what it must not be taken for."""
    conditions = [found for name in therapy.conditions if (found := await services.therapies.find_condition(name))]
    gist = _say_what(therapy, conditions, phrases)
    pieces = [
        gist,
        _say_how(therapy, phrases),
        say_unverified(therapy, phrases),
        *_say_look_alikes(therapy, phrases),
        phrases.say(f"utter_therapy_info_part_kind_{therapy.kind.value}"),
    ]
    # A fact of a document says the same as the label's change, and says from where.
    changes = [] if facts else list(_say_label_changes(therapy, phrases))
    rest = [*changes, *_say_background(therapy, phrases)]
    told = [*_pieces(pieces), *(Piece(say_fact(fact), fact) for fact in facts), *_pieces(rest)]
    # A condition's name is said: its entry is a source, too.
    named = [source for condition in conditions for source in condition.sources[:1]]
    return Described(therapy, gist, tuple(told), tuple(dict.fromkeys(cite((*therapy.sources, *named)))))


async def describe_condition(
    condition: Condition, facts: Sequence[Fact], services: ActionServices, phrases: Phrases
) -> Described:
    """What it is, which products are approved for it, those no longer sold named as such, and what it is not."""
    find = services.therapies.find_therapy
    marketed = [therapy for name in condition.therapies if (therapy := await find(name))]
    ended = [therapy for name in condition.discontinued_therapies if (therapy := await find(name))]
    gist, products = (_say_products(condition, marketed, ended, phrases, where) for where in ("condition", "it"))
    about = [field_of(condition, "what"), products] if condition.what else [gist]
    # Two products for one condition that are easily mixed up come before other conditions.
    pieces = [*about, *_say_apart(marketed, phrases), *_say_look_alikes(condition, phrases)]
    sources = [source for therapy in (*marketed, *ended) for source in therapy.sources[:1]]
    citations = tuple(dict.fromkeys(cite((*condition.sources, *sources))))
    return Described(condition, gist, (*_pieces(pieces), *(Piece(say_fact(fact), fact) for fact in facts)), citations)


def describe_product(product: OtherProduct, phrases: Phrases) -> Described:
    """A product beside the catalogue: what it is, that it is outside or not approved, and why."""
    gist = say_standing(product, phrases)
    what = phrases.say(
        "utter_therapy_info_part_other", brand=field_of(product, "brand"), what=field_of(product, "what")
    )
    reason = field_of(product, "reason")
    order = (what, reason, gist) if product.standing is Standing.OUTSIDE_SCOPE else (what, gist, reason)
    approved = ""
    if product.approved_on:
        approved = phrases.say("utter_therapy_info_part_other_since", day=field_of(product, "approved_on", as_day=True))
    return Described(product, gist, tuple(_pieces([*order, approved])), cite(product.sources))


def say_differences(described: Sequence[Described], phrases: Phrases) -> Iterator[str]:
    """What tells apart those of the entries that are easily mixed up, once for each two of them."""
    for entry, place in _mixed_up([each.entry for each in described]):
        reason = field_of(entry, f"not_to_confuse_with.{place}.reason")
        yield phrases.say("utter_therapy_info_part_difference", reason=reason)


def _mixed_up(
    entries: Sequence[Therapy | OtherProduct | Condition],
) -> Iterator[tuple[Therapy | Condition, int]]:
    """The entries that name a later one as their look-alike, with its place among theirs."""
    for at, entry in enumerate(entries):
        later = {other.id for other in entries[at + 1 :]}
        if not isinstance(entry, OtherProduct):
            yield from (
                (entry, place) for place, look_alike in enumerate(entry.not_to_confuse_with) if look_alike.id in later
            )


def _say_apart(therapies: Sequence[Therapy], phrases: Phrases) -> Iterator[str]:
    for entry, place in _mixed_up(therapies):
        yield _say_look_alike(entry, place, phrases)


def _say_what(therapy: Therapy, conditions: Sequence[Condition], phrases: Phrases) -> Said:
    is_sold = therapy.us_status is MarketStatus.MARKETED
    return phrases.say(
        "utter_therapy_info_part_what" if is_sold else "utter_therapy_info_part_what_ended",
        brand=field_of(therapy, "brand"),
        proper_name=field_of(therapy, "proper_name"),
        noun=phrases.say(f"utter_therapy_info_part_noun_{therapy.kind.value}"),
        conditions=phrases.list_of(field_of(condition, "name") for condition in conditions),
        day=field_of(therapy, "approved_on", as_day=True),
    )


def _say_how(therapy: Therapy, phrases: Phrases) -> str:
    """For whom, how, how often and where, in one sentence of what is on file."""
    way = [field_of(therapy, name) for name in ("route", "dosing") if getattr(therapy, name)]
    if not way:
        return ""
    how = phrases.join(way, separator=", ")
    where = ""
    if therapy.setting:
        where = phrases.say("utter_therapy_info_part_where", setting=field_of(therapy, "setting"))
    if not therapy.ages:
        return phrases.say("utter_therapy_info_part_how", how=how, where=where)
    key = "utter_therapy_info_part_for_whom" if therapy.route else "utter_therapy_info_part_for_whom_given"
    return phrases.say(key, ages=field_of(therapy, "ages"), how=how, where=where)


def _say_look_alikes(entry: Therapy | Condition, phrases: Phrases) -> Iterator[str]:
    for place in range(len(entry.not_to_confuse_with)):
        yield _say_look_alike(entry, place, phrases)


def _say_look_alike(entry: Therapy | Condition, place: int, phrases: Phrases) -> str:
    other = field_of(entry, f"not_to_confuse_with.{place}.name")
    reason = field_of(entry, f"not_to_confuse_with.{place}.reason")
    if isinstance(entry, Condition):
        return phrases.say("utter_therapy_info_part_not_same_condition", other=other, reason=reason)
    brand = field_of(entry, "brand")
    return phrases.say("utter_therapy_info_part_not_same", brand=brand, other=other, reason=reason)


def _say_label_changes(therapy: Therapy, phrases: Phrases) -> Iterator[str]:
    for place in range(len(therapy.label_changes)):
        day = field_of(therapy, f"label_changes.{place}.day", as_day=True)
        what = field_of(therapy, f"label_changes.{place}.what")
        yield phrases.say("utter_therapy_info_part_label_change", day=day, what=what)


def _say_background(therapy: Therapy, phrases: Phrases) -> Iterator[str]:
    if therapy.accelerated_approval:
        yield phrases.say("utter_therapy_info_part_accelerated")
    if therapy.gene:
        yield phrases.say("utter_therapy_info_part_gene", gene=field_of(therapy, "gene"))
    if therapy.target:
        seeks = "seeks" if therapy.kind in _SEEKERS else "brings"
        yield phrases.say(f"utter_therapy_info_part_{seeks}", target=field_of(therapy, "target"))


def _say_products(
    condition: Condition, marketed: Sequence[Therapy], ended: Sequence[Therapy], phrases: Phrases, named: str
) -> str:
    """What is approved for it; `named` is "condition", or "it" where its name has just been said."""
    if not condition.has_product:
        return say_no_product(condition, phrases, named)
    values = {
        "condition_name": field_of(condition, "name"),
        "brands": phrases.list_of(field_of(therapy, "brand") for therapy in marketed),
        "old_brands": phrases.list_of(field_of(therapy, "brand") for therapy in ended),
    }
    some = "" if not ended else "some_" if marketed else "none_"
    return phrases.say(f"utter_therapy_info_part_{some}for_{named}", **values)


def _pieces(texts: Iterable[str]) -> list[Piece]:
    return [Piece(text) for text in texts if text]
