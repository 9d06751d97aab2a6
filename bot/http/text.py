"""Which characters of typed text are kept, and how long may it be?"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from pydantic_core import PydanticCustomError


def clean_text(value: str) -> str:
    """Takes out what no screen shows and no database takes: halves of characters, and controls but tab and line end."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character for character in plain if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )


def cleaner(limit: int) -> Callable[[object], object]:
    """Cleans text of up to `limit` characters; anything but text is left for the type check.

    What it gives raises PydanticCustomError, never with the text in it.
    """

    def clean(value: object) -> object:
        if not isinstance(value, str):
            return value
        if len(value) > limit:
            raise PydanticCustomError("TOO_LONG", "too long")
        return clean_text(value)

    return clean


def require_words(value: object) -> object:
    """Passes text that says something on. Raises PydanticCustomError."""
    if isinstance(value, str) and not value.strip():
        raise PydanticCustomError("EMPTY", "empty")
    return value
