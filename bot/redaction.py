"""What of a member's words may stand in a file for people to read? Nothing that could say who wrote them.

Better too much than too little: what is neither a known word nor close to one is taken for a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# What stands in the place of what was taken out, and what takes its place in an example: fictional all of it.
SAMPLES = {
    "[link]": "the website",
    "[email]": "alex@example.com",
    "[phone]": "215-555-0187",
    "[address]": "12 Main Street",
    "[date]": "03/01/2026",
    "[zip]": "19104",
    "[number]": "12",
    "[name]": "Alex",
}
MOST_CHARACTERS = 400
_CUT = "..."
# A typing mistake of a known word this long is kept; short unknown words may be names ("Jon", "Ana").
_SHORTEST_SLIP = 6

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre)"
)
_STREETS = (
    r"(?:st|street|ave|avenue|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|pl|place|way|ter|terrace|cir|circle"
    r"|pkwy|parkway|hwy|highway|calle|avenida)"
)
_NUMBER_WORD = (
    r"(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w{4,7}teenth|\w{4,6}tieth"
    r"|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)"
)
_SAID_NUMBER = (
    rf"\b(?:{_MONTHS} (?:the )?{_NUMBER_WORD}(?:[ -]{_NUMBER_WORD}){{0,9}}"
    rf"|{_NUMBER_WORD}(?:(?:,? |-){_NUMBER_WORD}){{2,30}})\b"
)
# In this order: what comes later never sees what was taken before. Every repetition is bounded.
_LINK = (
    r"\b(?:https?://|www\.)\S{1,500}"
    r"|\b[\w-]{1,60}(?:\.[\w-]{1,60}){0,4}\.(?:com|org|net|gov|edu|io|info|us)\b\S{0,300}"
)
_EMAIL = r"[\w.+%-]{1,80}\s?(?:@|\(at\))\s?[\w-]{1,80}(?:\s?(?:\.|\(dot\))\s?\w{2,20}){0,4}|(?<!\w)@\w{1,60}"
_ADDRESS = (
    rf"\b\d{{1,6}}[a-z]?,? (?:[nsew]\.? )?(?:[^\W\d_][\w.'-]{{0,30}} ){{1,4}}{_STREETS}\b\.?"
    r"(?:,? (?:apt|unit|suite|ste|#)\.? ?\w{1,6})?"
)
_DAY_OF_MONTH = (
    rf"\b{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{2,4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of |de )?{_MONTHS}\b(?:,?(?: de| of)? \d{{2,4}})?"
)
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), mark)
    for pattern, mark in (
        (_EMAIL, "[email]"),
        (_LINK, "[link]"),
        (_ADDRESS, "[address]"),
        (r"\bp\.? ?o\.? ?box \w{1,10}|\b(?:apt|apartment|unit|suite) ?#? ?\d\w{0,5}", "[address]"),
        (r"(?<!\w)\+?1?[ .-]{0,2}\(?\d{3}\)?[ .-]{0,3}\d{3}[ .-]{0,3}\d{4}(?!\w)", "[phone]"),
        (_SAID_NUMBER, "[number]"),
        (_DAY_OF_MONTH, "[date]"),
        (rf"\b{_MONTHS},?(?: of| de)? \d{{4}}\b", "[date]"),
        (r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b|\b\d{1,2}/\d{1,4}\b", "[date]"),
        (r"(?<![\w-])\d{5}(?:-\d{4})?(?![\w-])", "[zip]"),
        (r"\b[a-z]{1,4}[ -]{0,2}\d[\d -]{3,20}\d\b", "[number]"),
        (r"(?:\w{1,20}[-./:#]){0,4}[^\W\d]{0,30}\d(?:[\w#./:,-]{0,60}\w)?", "[number]"),
    )
)
_NUMBERS = re.compile(r"\[number\](?:[\s#./:,-]{0,3}\[number\])+")
# What follows is a name, whatever words it looks like; a few words of every sentence are none.
_TITLED = re.compile(
    r"\b((?:my|his|her|their|the|our) (?:full |first |last )?name(?: is|'s|s)?|name is|named|called|dra?|doctor|mr"
    r"|mrs|ms|miss|sra?|me llamo|mi nombre es|se llama|signed|sincerely|regards)"
    r"([ .,:]{1,3})([^\W\d_][\w'’-]{0,30})( [^\W\d_][\w'’-]{0,30})?",
    re.IGNORECASE,
)
_NO_NAME = """
    is was has had and or the a an my your his her said says told wants thinks y es de la que to for in on at but who
    about if when with me us you i we he she they it that this because so dice dijo
""".split()  # noqa: SIM905
_WORD = re.compile(r"\[\w+\]|[^\W\d_](?:[\w'’]{0,60})")
# First and family names that are also words of our examples, or close to them.
_NAMES = frozenset(
    """
    maria jose juan carlos luis jorge ana rosa carmen james john robert michael william david richard joseph thomas
    charles mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret
    ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia amy
    kathleen angela shirley brenda emma anna pamela nicole samantha katherine christine rachel diana daniel matthew
    anthony mark donald steven andrew paul joshua kenneth kevin brian george timothy ronald jason edward jeffrey ryan
    jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander patrick
    raymond jack dennis jerry tyler aaron adam henry nathan peter zachary kyle noah ethan liam mason logan lucas olivia
    ava sophia isabella mia charlotte amelia harper evelyn abigail ella grace chloe smith johnson williams brown jones
    garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson taylor moore jackson martin lee
    perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright torres nguyen hill
    flores green adams nelson baker hall rivera campbell mitchell carter roberts patel kim diego mateo sofia leo max ben
    """.split()  # noqa: SIM905 - as a list it would fill a page
)
# Written with a capital inside a sentence, and no names of people.
_CAPITAL = frozenset(
    """
    i i'm i've i'd i'll im ive fda medicaid medicare dna rna hmo ppo zip er icu ok us usa car t english spanish
    """.split()  # noqa: SIM905
)
_AFTER_NAME = re.compile(r"\[name\](?:'s)? [A-ZÀ-Þ][\w'’-]{0,60}")


class Redactor:
    """Takes out of texts what could identify somebody.

    `words` are those that may stay, lower case; inside a sentence only those of `names` with a capital.
    """

    def __init__(self, words: Iterable[str], names: Iterable[str] = ()) -> None:
        self._names = frozenset(name.casefold() for name in names)
        words = (*words, *self._names)
        self._known = frozenset(word.casefold() for word in words) - _NAMES
        long = [word for word in self._known if len(word) >= _SHORTEST_SLIP]
        self._near: frozenset[str] = frozenset().union(long, *map(_without_one_letter, long))

    def redact(self, text: str, places: Iterable[str] = ()) -> str:
        """The text without numbers, dates, addresses, links, names and unknown words; `places` are taken for names.

        At most `MOST_CHARACTERS` of it, on one line.
        """
        said = " ".join(_readable(text).split())
        cut, said = len(said) > MOST_CHARACTERS, said[:MOST_CHARACTERS]
        for pattern, mark in _PATTERNS:
            said = pattern.sub(f" {mark} ", said)
        # What no pattern took, such as a sign between two emoji.
        said = re.sub(r"[@\d]|://", " ", _NUMBERS.sub("[number]", said))
        said = _TITLED.sub(self._hide_named, said)
        hidden = frozenset(word.casefold() for place in places for word in _WORD.findall(place))
        # Where all is written large, capitals say nothing.
        is_loud = said == said.upper()
        said = _WORD.sub(
            lambda word: "[name]" if not is_loud and self._is_capital(word) else self._keep(word[0], hidden), said
        )
        # A name of the catalogue behind a person's name is that person's: "Max Penn".
        said = _AFTER_NAME.sub("[name]", said)
        said = re.sub(r"\[name\](?:[ ,.'’-]{1,2}\[name\])+", "[name]", " ".join(said.split()))
        said = re.sub(r" ([?!.,;:])", r"\1", said)
        return said + _CUT if cut else said

    def _hide_named(self, found: re.Match[str]) -> str:
        words = [word for word in (found[3], (found[4] or "").strip()) if word]
        hidden = (word if word.casefold() in _NO_NAME else "[name]" for word in words)
        return f"{found[1]}{found[2]}{' '.join(hidden)}"

    def _is_capital(self, found: re.Match[str]) -> bool:
        """True for a capital inside a sentence, which no name of the catalogue explains."""
        before = found.string[: found.start()].rstrip(" \"'(“¿¡")
        if found[0] in SAMPLES or not found[0][0].isupper() or not before or before[-1] in ".?!:":
            return False
        plain = found[0].casefold().replace("’", "'")
        return not {plain, re.sub(r"'?s$", "", plain)} & (self._names | _CAPITAL)

    def _keep(self, word: str, hidden: frozenset[str]) -> str:
        if word in SAMPLES:
            return word
        plain = word.casefold().replace("’", "'")
        parts = [plain, plain.replace("'", ""), re.sub(r"'s$", "", plain)]
        if any(part in _NAMES or part in hidden for part in parts):
            return "[name]"
        if any(part in self._known for part in parts):
            return word
        is_slip = len(plain) >= _SHORTEST_SLIP and not self._near.isdisjoint({plain, *_without_one_letter(plain)})
        return word if is_slip else "[name]"


def fill_samples(text: str) -> str:
    """A redacted text with fictional values in its gaps, as an example for the training data."""
    for mark, sample in SAMPLES.items():
        text = text.replace(mark, sample)
    return text


def _without_one_letter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _readable(text: str) -> str:
    # Brackets could pass for our marks; what no screen shows could part a number.
    return "".join(" " if sign in "[]<>{}|`\\" else sign for sign in text if sign.isprintable() or sign.isspace())
