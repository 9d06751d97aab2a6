"""Is what a member refuses, or corrects, dropped, and nothing else?"""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.refused import without_refused

KINDS = {
    "plan": ("CareSource", "Independence"),
    "zip_code": ("19104", "43215", "08540"),
    "therapy": ("Zolgensma", "Luxturna"),
    "state": ("Ohio", "Indiana"),
}


def name_things(text: str) -> list[dict[str, Any]]:
    return [
        {"entity": kind, "value": word, "start": text.index(word), "end": text.index(word) + len(word)}
        for kind, words in KINDS.items()
        for word in words
        if word in text
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("not CareSource", []),
        ("no, not CareSource", []),
        ("i don't have CareSource", []),
        ("I don't have CareSource anymore", []),
        ("it isn't CareSource", []),
        ("my old plan was CareSource", []),
        ("i used to have CareSource, now it's Independence", ["Independence"]),
        ("CareSource isn't mine", []),
        ("not CareSource, Independence", ["Independence"]),
        ("19104 is wrong, it's 43215", ["43215"]),
        ("19104 is not my zip, 43215 is", ["43215"]),
        ("I typed 19104 but meant 08540", ["08540"]),
        ("near 19104 no wait 08540", ["08540"]),
        ("19104, sorry, it's 43215", ["43215"]),
        ("19104 and 43215", ["19104", "43215"]),
        ("I said Zolgensma but I meant Luxturna", ["Luxturna"]),
        ("I mean Luxturna not Zolgensma", ["Luxturna"]),
        ("not Ohio, Indiana", ["Indiana"]),
        # Nothing is refused here.
        ("I meant CareSource", ["CareSource"]),
        ("why isn't Zolgensma covered by CareSource", ["CareSource", "Zolgensma"]),
        ("isn't CareSource in Ohio", ["CareSource", "Ohio"]),
        ("is it not covered in Ohio", ["Ohio"]),
        ("whether or not CareSource pays", ["CareSource"]),
        ("why is Zolgensma covered and not Luxturna", ["Zolgensma", "Luxturna"]),
        ("CareSource is not paying", ["CareSource"]),
    ],
)
def test_what_is_refused_is_dropped(text: str, kept: list[str]) -> None:
    named = name_things(text)
    assert [each["value"] for each in without_refused(text, named)] == kept
