"""Which characters of a member's text are kept, and how long may it be?"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.http.text import cleaner, require_words

# The public contract's limit, counted in characters.
MAX_TEXT = 2000

FreeText = Annotated[str, BeforeValidator(cleaner(MAX_TEXT)), Field(max_length=MAX_TEXT)]
MemberText = Annotated[
    str,
    BeforeValidator(require_words),
    BeforeValidator(cleaner(MAX_TEXT)),
    Field(min_length=1, max_length=MAX_TEXT),
]
