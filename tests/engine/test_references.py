"""Do words point at what was shown only where they can mean it?"""

from __future__ import annotations

import pytest

from bot.engine.references import Shown, find_reference

HOSPITALS = Shown("facility", ("chop", "penn"), None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("the second one", ("penn",)),
        ("what is the number of the first hospital", ("chop",)),
        ("the last one", ("penn",)),
        ("number 2", ("penn",)),
        ("no. 2", ("penn",)),
        ("#1", ("chop",)),
        ("both", ("chop", "penn")),
        # What is nearest is looked for; the rest only looks like a place in a list.
        ("what is the nearest hospital", None),
        ("and the closest one", None),
        ("what are the top hospitals for SMA", None),
        ("the first hospitals", None),
        ("my last name is Smith", None),
        ("no one told me how long it takes", None),
        ("there's no 2 year limit?", None),
        ("no 3 year old should wait", None),
        ("is this the first therapy for it", None),
        ("all of these rules", None),
    ],
)
def test_words_point_at_what_was_shown(text: str, values: tuple[str, ...] | None) -> None:
    found = find_reference(text, HOSPITALS)
    assert (found.values if found else None) == values


@pytest.mark.parametrize(
    ("text", "shown", "values"),
    [
        ("both", Shown("therapy", ("a", "b", "c"), None), ("b", "d")),
        ("for the two", None, ("b", "d")),
        ("both of them", Shown("therapy", ("a", "c"), None), ("a", "c")),
        ("both", HOSPITALS, ("chop", "penn")),
    ],
)
def test_both_are_the_two_shown_or_the_two_named_last(text: str, shown: Shown | None, values: tuple[str, ...]) -> None:
    found = find_reference(text, shown, ("a", "b", "d"))
    assert found is not None
    assert found.values == values
