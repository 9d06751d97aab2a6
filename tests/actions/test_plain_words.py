"""Plain words that are read without an entity, and what must not be read into them."""

from __future__ import annotations

import pytest

from actions.plain_words import seems_to_name_day


@pytest.mark.parametrize(
    "text",
    [
        "my son turns two next month, is it covered",
        "he was diagnosed in March and we are scared",
        "she has had this since 2019",
        "our appointment is on monday, next week",
    ],
)
def test_a_month_in_the_members_story_is_not_the_day_asked_about(text: str) -> None:
    assert not seems_to_name_day(text)
