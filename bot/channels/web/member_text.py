"""Which characters of a member's text are kept, and how long may it be?"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

# The public contract's limit, counted in characters.
MAX_TEXT = 2000


def clean_text(value: object) -> object:
    """Takes out what no screen shows and no database takes: halves of characters, and controls but tab and line end.

    Anything but text is left for the type check. Raises PydanticCustomError, never with the text in it.
    """
    if not isinstance(value, str):
        return value
    if len(value) > MAX_TEXT:
        raise PydanticCustomError("TOO_LONG", "too long")
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        character for character in plain if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )


def _require_words(value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise PydanticCustomError("EMPTY", "empty")
    return value


FreeText = Annotated[str, BeforeValidator(clean_text), Field(max_length=MAX_TEXT)]
MemberText = Annotated[
    str,
    BeforeValidator(lambda value: _require_words(value) if isinstance(value, str) else value),
    BeforeValidator(clean_text),
    Field(min_length=1, max_length=MAX_TEXT),
]
