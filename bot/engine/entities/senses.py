"""Is a name meant, or do the words around it say that it is something else: a knee, a sport, a street, a person?

Names come from the catalogue; here stand those that are other things, too, with the words that tell which. Whoever adds
a product whose name is an ordinary word adds a line; every other name needs none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.engine.entities.found import Found
from bot.engine.entities.place_words import CITIES_AFTER, is_city, is_state

# So many signs on either side may say what is meant; whoever looked at all of them would, for each of a thousand.
_AROUND = 70
# Words of an illness, for abbreviations that are everyday words first.
_ILLNESS = (
    r"\b(?:leuk\w+|lukemia|lymphoma|relaps\w*|refractory|remission|diagnos\w*|chemo\w*|car[\s-]?t|transplant|"
    r"treat\w*|patient|"
    r"therap\w*|oncolog\w*|grade|stage|cancer|has|have|got|with|for|myeloma|gene|babies|infant|kymriah|tecartus|"
    r"aucatzyl|"
    r"abecma|carvykti|waskyra|immun\w*|platelets?)\b"
)
_STRONG_ILLNESS = (
    r"\b(?:leuk\w+|lukemia|lymphoma|relaps\w*|refractory|remission|diagnos\w*|chemo\w*|car[\s-]?t|transplant|"
    r"patients?|"
    r"therap(?:y|ies)|oncolog\w*|cancer|myeloma|follicular|kymriah|tecartus|aucatzyl|abecma|carvykti|breyanzi|"
    r"yescarta|waskyra|"
    r"immun\w*|platelets?|prior\s+lines?|b[\s-]cell)\b"
)


@dataclass(frozen=True)
class _Sense:
    """What rules a name out (before it, after it, anywhere near), and what it needs near it or in its own letters."""

    before: str = ""
    after: str = ""
    near: str = ""
    needs: str = ""
    written: str = ""


def _compile(sense: _Sense) -> Callable[[str, str, str], bool]:
    before = re.compile(rf"(?:{sense.before})[\s-]*$", re.IGNORECASE) if sense.before else None
    after = re.compile(rf"[\s-]*(?:{sense.after})", re.IGNORECASE) if sense.after else None
    near = re.compile(rf"(?<!\w)(?:{sense.near})(?!\w)", re.IGNORECASE) if sense.near else None
    needs = re.compile(sense.needs, re.IGNORECASE) if sense.needs else None
    written = re.compile(sense.written) if sense.written else None

    def holds(left: str, name: str, right: str) -> bool:
        if (before and before.search(left)) or (after and after.match(right)):
            return False
        if near and (near.search(left) or near.search(right)):
            return False
        if needs and not (needs.search(left) or needs.search(right)):
            # Alone it is the answer to a question of ours.
            return False
        return written is None or written.fullmatch(name) is not None

    return holds


_PERSON = (
    r"\b(?:mr|mrs|ms|miss|dr|doctor|nurse|aunt|uncle|cousin|friend|sister|brother|named|called|name\s+is|this\s+is)\.?"
)
_KNEE = r"acl|pcl|knees?|lig\w+|tore|torn|tears?|sprain\w*|meniscus|ski\w*|injur\w*|brace|physical therapy|surgeon"
_HEART = r"arter(?:y|ies)|stents?|coronary|heart|cardi\w*|block\w*|bypass|cath|angi\w*"
_WHOSE = (
    r"(?:his|her|their|our|your|my|its|more|some|any|much|lose|losing|lost|gain\w*|regain\w*|keep|keeping|want|wants)"
)
_PLAN_WORD = r"(?:blue|plan|policy|policies|insurance|coverage|member|card|network|health|denied|covers?|pays?|says?)"
_OTHER_STATE = r"(?:ohio|oh|missouri|mo|kansas|ks|iowa|ia|oregon|kentucky|ky|louisiana|la|virginia|va)"

_SENSES = {
    ("condition", "nhl"): _Sense(
        near=r"hockey|games?|play\w*|teams?|stanley|flyers|penguins|blue jackets|devils|rangers|season|scores?|"
        r"watch\w*|leagues?|"
        r"tickets?|draft|goalie|puck"
    ),
    ("condition", "mcl"): _Sense(near=_KNEE),
    ("condition", "dmd"): _Sense(
        near=r"dentists?|dental|dds|tooth|teeth|crowns?|orthodont\w*|root canal|fillings?|cavity|braces",
        before=r"\bdr\.?\s+\w+,?",
    ),
    ("condition", "scd"): _Sense(
        near=r"boots?|sleeves?|compression|sudden|cardiac|specific carbohydrate|machine|device"
    ),
    ("condition", "voc"): _Sense(
        near=r"paints?|volatile|organic|low|fumes|emissions?|smell|air quality|carpets?|rehab\w*"
    ),
    ("condition", "lad"): _Sense(near=_HEART),
    ("condition", "lca"): _Sense(near=rf"{_HEART}|life cycle"),
    ("condition", "eb"): _Sense(near=r"epstein|barr|visa|mono|virus|simplex|junctional", after=r"\d|simplex"),
    ("condition", "epidermolysis bullosa"): _Sense(after=r"simplex|acquisita", before=r"junctional|simplex"),
    ("condition", "ald"): _Sense(near=r"alcohol\w*|drinking|drinks?|liver|assisted|beer|wine|sober"),
    ("condition", "sma"): _Sense(near=r"mesenteric|arter(?:y|ies)|antibod\w+|smooth", after=r"syndrome"),
    ("condition", "mld"): _Sense(near=r"lymph|lymphatic|lymphedema|drainage|massage"),
    ("condition", "rrp"): _Sense(near=r"price\w*|retail|msrp|cost"),
    ("condition", "cll"): _Sense(near=r"learning lab"),
    ("condition", "deb"): _Sense(
        before=_PERSON, written=r"DEB|deb", after=r"(?:from|said|told|called|is\s+my|at|in\s+billing)\b|['’]s\b"
    ),
    ("condition", "all"): _Sense(
        written="ALL",
        needs=rf"{_STRONG_ILLNESS}|\b(?:chromosome|ph[\s-]like|type|pediatric|(?:ha[sd]|have|with|for|got)(?=\s*$))",
        after=r"(?:the|of|my|that|this|is|i|you|we|your|these|those)\b",
    ),
    ("condition", "was"): _Sense(written="WAS", needs=_ILLNESS, before=r"\b(?:it|that|he|she|there|i|this|what|who)"),
    ("condition", "mm"): _Sense(
        written="MM", needs=_STRONG_ILLNESS, before=r"[\d.]", near=r"lump|nodule|lesion|size|stone|rain|spot|mole"
    ),
    ("condition", "fl"): _Sense(written="FL", needs=_STRONG_ILLNESS, before=r"\b(?:in|from|near|to|of)|,"),
    ("condition", "marginal zone"): _Sense(needs=rf"{_STRONG_ILLNESS}|\b(?:has|have|with)\b"),
    ("condition", "sickle"): _Sense(near=r"hammer|scythe|blade|garden", after=r"cell\s+trait"),
    ("condition", "sickle cell"): _Sense(after=r"trait"),
    ("condition", "beta thal"): _Sense(after=r"(?:minor|trait)"),
    ("condition", "beta thalassemia"): _Sense(after=r"(?:minor|trait)"),
    ("condition", "thalassemia"): _Sense(before=r"\b(?:alpha|a|α)", after=r"(?:minor|trait)"),
    ("condition", "hemophilia"): _Sense(after=r"c\b"),
    ("condition", "sanfilippo"): _Sense(after=r"(?:syndrome\s+)?(?:type\s+)?[bcd]\b"),
    ("condition", "sanfilippo syndrome"): _Sense(after=r"(?:type\s+)?[bcd]\b"),
    ("condition", "bladder cancer"): _Sense(before=r"(?<!non )(?<!non-)\bmuscle[\s-]invasive"),
    ("therapy", "til"): _Sense(written=r"(?!)"),
    ("plan", "ibc"): _Sense(near=r"breast|inflammatory|cancer|tote|containers?"),
    ("plan", "care source"): _Sense(
        before=r"\b(?:primary|health|main|usual|regular|urgent|medical|best|good|other|new|a|own|only|single|another)",
        near="source of",
    ),
    ("plan", "independence"): _Sense(
        before=rf"\b(?:{_WHOSE}|(?:loss|sense|level|degree|lack|kind|bit|declaration|war)\s+of|financial|personal|"
        rf"full|total|"
        r"new|complete|physical|greater|living|live\s+in|lives\s+in|living\s+in|near|town\s+of|city\s+of|a\s+little|"
        r"for\s+(?:his|her)|fight\w*\s+for|path\s+to|right\s+to)"
        rf"(?!\s+{_PLAN_WORD})",
        after=rf"(?:day|hall|mall|ave\w*|st\b|street|blvd|boulevard|rd\b|road|national|seaport|visitor|american|"
        rf"care\s+system|"
        rf"back\b|,?\s*{_OTHER_STATE}\b)",
    ),
    ("facility", "chop"): _Sense(
        near=r"pork|lamb|onions?|veggies|vegetables|wood|recipes?|karate|suey|chemo\w*|regimen|rituximab|knife|"
        r"garlic|salad|cycles?",
        before=r"\b(?:r|da|chop|mini|north|south|east|west|pork|lamb)",
        after=r"(?:chop|up|off|down|the\b|my\b|his\b|her\b|it\b|them\b)",
    ),
    ("facility", "penn"): _Sense(
        before=r"\b(?:william|sean|west|north|south|east|upper|lower|new|port|fort|ft|kal|robert|mr|mrs|dr|state\s+of)\.?",
        after=r"(?:state|station|ave\w*|st\b|street|blvd|rd\b|road|hills|national|jillette|square|yan|foster|dot|"
        r"relays|live)\b",
    ),
    ("facility", "jefferson"): _Sense(
        before=rf"(?:{_PERSON}|\b(?:thomas|george|president|william|lives?\s+in|near|mount))",
        after=r"(?:county|city|st\b|street|ave\w*|rd\b|road|parish|memorial|was|airplane|davis|,\s*(?:oh|ohio|wv|ga|"
        r"in|la)\b|ohio\b|is\s+\d|has\b|needs)",
    ),
    ("facility", "emory"): _Sense(before=_PERSON, after=r"(?:university(?!\s+hosp)|board|is\s+\d|has\b|needs)"),
    ("facility", "hillman"): _Sense(before=_PERSON, after=r"(?:library|foundation|imp)"),
    ("facility", "the james"): _Sense(
        written=r"(?i:the) (?:James|JAMES)|the james", after=r"(?:brown|bond|river|webb|beard|family)|['’]?(?:es)\b"
    ),
    ("facility", "robert wood johnson"): _Sense(after=r"foundation"),
    ("facility", "university hospitals"): _Sense(
        written=r"University Hospitals|UNIVERSITY HOSPITALS|(?i:university hospitals cleveland)|university hospitals",
        needs=r"cleveland|\bUH\b|network|^\s*$|ohio",
    ),
    ("other_facility", "temple"): _Sense(
        before=r"\b(?:our|my|your|the|a)",
        after=r"(?:grandin|run|mount|israel|,?\s+(?:tx|texas)|university(?!\s+hosp)|owls|beth)",
    ),
    ("other_facility", "einstein"): _Sense(before=r"\b(?:albert|mr|no)"),
    ("other_facility", "grady"): _Sense(before=_PERSON),
    ("other_facility", "upmc"): _Sense(after=r"(?:health\s+plan|for\s+(?:you|life|kids)|insurance|plan)"),
}
# The same name in its other spellings.
_ALSO = {
    ("condition", "nhl"): ("non hodgkin lymphoma nhl",),
    ("condition", "sanfilippo"): ("sanfilipo", "sanfillipo", "sanphilippo", "san filipo"),
    ("condition", "hemophilia"): ("haemophilia", "hemofilia", "hemophelia", "haemofilia"),
    ("condition", "thalassemia"): ("thalasemia", "thalessemia", "thalassimia"),
    ("condition", "sickle cell"): ("sicle cell", "sickel cell", "sikle cell", "cycle cell", "sickle sell"),
    ("plan", "independence"): ("independance",),
    ("facility", "penn"): ("upenn",),
    ("therapy", "til"): ("tils", "til therapy"),
}
_CHECKS = {key: _compile(sense) for key, sense in _SENSES.items()} | {
    (entity, other): _compile(_SENSES[entity, name]) for (entity, name), others in _ALSO.items() for other in others
}
_PLAIN = re.compile(r"[\s\W_]+")


def is_meant(found: Found, text: str) -> bool:
    """True unless the words around a name say that it means something else here."""
    name = text[found.start : found.end]
    left = text[max(0, found.start - _AROUND) : found.start]
    right = text[found.end : found.end + _AROUND]
    if found.entity == "state":
        return is_state(found.value, left, name, right)
    if found.entity in CITIES_AFTER:
        return is_city(found.entity, left, name, right)
    check = _CHECKS.get((found.entity, _PLAIN.sub(" ", name.casefold()).strip()))
    return check is None or check(left, name, right)
