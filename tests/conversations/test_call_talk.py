"""What members say of a call that they were promised."""

from __future__ import annotations

import pytest

from bot.conversations.call_talk import read_call_talk


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("please cancel my call back", "withdraws"),
        ("i don't want the call anymore", "withdraws"),
        ("do not call me actually", "withdraws"),
        ("NEVERMIND", "withdraws"),
        ("ya no quiero la llamada", "withdraws"),
        ("no me llamen por favor", "withdraws"),
        ("what time will the nurse call me?", "asks"),
        ("¿a qué hora me llaman?", "asks"),
        ("did you save my number?", "asks"),
        ("can you change it to the afternoon", "changes"),
        ("change my call to tuesday", "changes"),
        ("is zolgensma covered", None),
        ("when will they decide", None),
        ("who do i call about my claim", None),
        ("how do i cancel my plan", None),
        ("another question", None),
        ("", None),
        ("cancel " + "word " * 20 + "call", None),
    ],
)
def test_only_talk_of_the_call_is_taken_for_it(text: str, talk: str | None) -> None:
    assert read_call_talk(text) == talk
