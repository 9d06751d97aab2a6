"""Into how many segments does a text fall on its way through the phone network?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# 3GPP TS 23.038, section 6.2.1: the default alphabet, and the table behind the escape character.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

# 140 octets a message; six of them go to the header that joins the parts of a longer one (3GPP TS 23.040).
_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True)
class Segments:
    """How a text is cut: the encoding, its length in units (septets, or UTF-16 code units), the count of segments."""

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    count: int


def count_segments(text: str) -> Segments:
    """The segments of a text; an empty one still takes one. A character of two units is never cut in two."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        encoding: Literal["GSM-7", "UCS-2"] = "GSM-7"
        widths = [2 if character in _EXTENDED else 1 for character in text]
    else:
        encoding = "UCS-2"
        widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return Segments(encoding, units, 1)
    count, room = 1, _JOINED[encoding]
    for width in widths:
        if width > room:
            count, room = count + 1, _JOINED[encoding]
        room -= width
    return Segments(encoding, units, count)
