"""Do the words around a city's or state's name say that the place is meant: no street, school, team or person?"""

from __future__ import annotations

import re

# A city's name, and one that is a word or a person's name, too.
CITIES_AFTER = frozenset({"city", "city_or_word"})
_STREET = (
    r"ave(?:nue)?|st(?:reet)?|rd|road|blvd|boulevard|dr(?:ive)?|ln|lane|pike|parkway|pkwy|hwy|highway|turnpike|bridge"
)
_SCHOOL = (
    r"university|college|tech|state\s+(?:university|football)|clinic|children['’]?s?|kids\s+hospital|"
    r"medical\s+center|general|"
    r"memorial|methodist|presbyterian|mason|institute"
)
_NO_PLACE_AFTER = re.compile(
    rf"\s+(?:{_STREET}|{_SCHOOL}|county|river|valley|reel|pageant|water\s+gap|roadhouse|jones|trail|chromosome|(?:day|"
    rf"style)\b(?!\s+hosp)|"
    r"cream\s+cheese|cheese\w*|steaks?|wings|terriers?|phillies|eagles|flyers|sixers|steelers|pirates|penguins|"
    r"bengals|reds|browns|"
    r"guardians|cavaliers|cavs|crew|colts|pacers|falcons|braves|hawks|bulls|bears|cubs|celtics|red\s+sox|patriots|"
    r"bruins|cowboys|"
    r"lakers|dodgers|giants|jets|mets|yankees|ravens|orioles|lions|tigers|packers|chiefs|royals|saints|suns|rising|"
    r"cardinals|"
    r"post|times|inquirer|enquirer|dispatch|tribune|scientific|genetics|financial|national|blue\b|chili|hots|kisses|"
    r"tea\s+party|"
    r"wells|fitness)(?!\w)|[\s-](?:like|positive|negative)\b",
    re.IGNORECASE,
)
_NO_PLACE_BEFORE = re.compile(
    r"\b(?:(?:university|hospital|bank|children['’]?s?|college|institute|cross|shield|bcbs|bcbsm|plan|gulf|battle|"
    r"museum|lake)"
    r"\s+of(?:\s+the)?(?:\s+(?:west(?:ern)?|southern|northern|eastern))?|george|denzel|president|miss|princess|the(?=\s+virginia\s+reel)|lake|mount|mt|anthem|"
    r"hannah)\.?\s+$",
    re.IGNORECASE,
)
_KIN = (
    r"(?:sons?|daughters?|boys?|girls?|child|kids?|baby|wife|husband|mom|mother|dad|father|sister|brother|aunt|"
    r"uncle|cousin|niece|"
    r"nephew|friend|grand\w+|patient|toddler|kiddo|neighbor|partner)"
)
_PERSON_BEFORE = re.compile(
    rf"\b(?:mr|mrs|ms|miss|dr|doctor|nurse|named|called|names?\s+is|name['’]s|this\s+is|i\s*['’]?\s*a?m|"
    rf"{_KIN}(?:\s+is|['’]s)?)\.?,?\s+$",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(
    rf"['’]s\b|\s+(?:is\s+(?:\d|my|our|a\b|an\b|the\b|one|two|three|four|five|six|seven|eight|nine|ten)|turn(?:s|"
    rf"ed)\s|was\s+(?:diagnosed|born|denied|told)|"
    rf"needs?\b|gets?\b|takes\b|told\b|said\b|called\b|wants\b|can['’]?t\b|from\s+(?:the|your|billing)\b|and\s+(?:i|{_KIN})\b|has\s+(?!(?:a|an|"
    rf"the|any|one|good|more)\s+"
    r"(?:law|plan|market|hospital|program|center|facilit)))",
    re.IGNORECASE,
)
# The first half mistyped: the second is another state.
_WEST_BEFORE = re.compile(r"\bw(?:e?s?t?|ets|est\w)\.?\s+$", re.IGNORECASE)
_NAMED_LIKE_PEOPLE = frozenset(["GA", "VA"])
# What may stand after a city: its state. Codes that are words count behind a comma or in capitals alone.
_STATE_WORDS = (
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|indiana|"
    "iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|"
    r"nevada|new\s+(?:hampshire|jersey|mexico|york)|(?:north|south)\s+(?:carolina|dakota)|ohio|oklahoma|oregon|"
    r"pennsylvania|"
    r"rhode\s+island|tennessee|texas|utah|vermont|(?:west\s+)?virginia|washington|wisconsin|wyoming"
)
_SURE_CODES = (
    "AK|AZ|AR|CA|FL|GA|IA|IL|KS|KY|MN|MD|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WV|WI|WY|CT|MO|"
    "MI|MS|DE"
)
_ANY_CODE = f"{_SURE_CODES}|AL|CO|DC|HI|ID|IN|LA|MA|ME|OK|OR"
STATE_AFTER = re.compile(
    rf"(?:\s*,\s*|\s+)(?:(?i:{_STATE_WORDS}|{_SURE_CODES})|{_ANY_CODE})(?!\w)|\s*,\s*(?i:{_ANY_CODE})(?!\w)"
)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|near|around|outside(?:\s+of)?|clos(?:e|er|est)\s+to|nearest(?:\s+to)?|downtown|greater|from|"
    r"(?:town|city|village|borough)\s+of|(?:liv|bas|locat|mov|driv|travel|fly|go|commut)\w*\s+(?:in|to|at|out\s+of))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# Words in "-ing" and the like are no towns in "in reading your letter": a home is.
_HOME_BEFORE = re.compile(
    r"\b(?:live[sd]?|living|based|located|home|are|am|is|i['’]?m|we['’]?re)\s+(?:\w+\s+)?(?:in|near|around)\s+$",
    re.IGNORECASE,
)
_HARD = frozenset(
    ["reading", "mobile", "media", "bear", "orange", "surprise", "union", "summit", "sandy", "vista", "mentor"]
)
_AREA_AFTER = re.compile(
    r"\s+(?:area|metro|suburbs?|region|hospitals?|zip|residents?|location|office)\b", re.IGNORECASE
)
_SPACES = re.compile(r"[\s\W]*")


def is_state(code: str, left: str, name: str, right: str) -> bool:
    """True where a state's full name means the state; `left` and `right` are the text on either side of it."""
    if _NO_PLACE_AFTER.match(right) or _NO_PLACE_BEFORE.search(left) or _hyphenated(left, right):
        return False
    is_like_people = code in _NAMED_LIKE_PEOPLE and " " not in name.strip()
    if is_like_people and (_PERSON_BEFORE.search(left) or _PERSON_AFTER.match(right) or name.endswith("s")):
        return False
    if code == "VA" and _WEST_BEFORE.search(left):
        return False
    if code == "WA":
        # The city, the president and the state: only what says which.
        is_alone = not left.strip(" .,!?") and not right.strip(" .,!?")
        is_said = re.match(r"\s+state\b", right, re.IGNORECASE) or re.search(
            r"(?:\bstate\s+of|[a-z],)\s+$", left, re.IGNORECASE
        )
        return is_alone or bool(is_said)
    return True


def is_city(entity: str, left: str, name: str, right: str) -> bool:
    """True where a city's name means the city; one that is a word, too, needs words of a place around it."""
    if _NO_PLACE_AFTER.match(right) or _NO_PLACE_BEFORE.search(left) or _hyphenated(left, right):
        return False
    if STATE_AFTER.match(right):
        return True
    is_alone = not left.strip(" .,!?") and not right.strip(" .,!?0123456789")
    if entity == "city":
        # "New York" may be the state.
        is_of_both = name.casefold() == "new york"
        return not is_of_both and not (_PERSON_BEFORE.search(left) and not _HOME_BEFORE.search(left))
    if is_alone:
        return name.casefold() not in _HARD or name[:1].isupper()
    if name.casefold() in _HARD:
        return (name[:1].isupper() and bool(_PLACE_BEFORE.search(left))) or bool(
            _HOME_BEFORE.search(left) and not right.strip(" .,!?")
        )
    if _PERSON_BEFORE.search(left) or _PERSON_AFTER.match(right):
        return False
    return bool(_PLACE_BEFORE.search(left) or _AREA_AFTER.match(right))


def _hyphenated(left: str, right: str) -> bool:
    return (left.endswith(("-", "_", "@", "/")) and not left.endswith(" -")) or right.startswith(("_", "@"))
