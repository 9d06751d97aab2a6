"""Are these two the same policy number? One way to compare them, for what is written and what is on file."""

from __future__ import annotations

import re

_SEPARATORS = r"[\s_\-\u2010-\u2015\u2212]+"
_BETWEEN_DIGITS = re.compile(rf"(?<=\d){_SEPARATORS}(?=\d)")


def number_key(number: str) -> str:
    """The same for each way to write a number: "mm 0456", "MM-0456", "MM_0456" and "MM0456".

    Points count, and so does that digits stand apart: "1-11" is not "11-1".
    """
    apart = _BETWEEN_DIGITS.sub("\0", number.strip())
    return re.sub(_SEPARATORS, "", apart).replace("\0", "-").upper()
