"""Whose end is told as the payer's: the one that the document states, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from actions.document_days import say_since, standing_on
from actions.phrases import Phrases
from tests.knowledge.policies.versions import make_edition

END = date(2026, 12, 1)
DOCUMENT = make_edition("Any.").document
PHRASES = Phrases(
    {
        "utter_policy_lookup_part_since_dated": "dated",
        "utter_policy_lookup_part_since_ended": "ended {archived_on}",
        "utter_policy_lookup_part_since_retired": "retired {day}",
        "utter_policy_lookup_part_since_replaced": "replaced {day}",
    }
)


@pytest.mark.parametrize(
    ("ends", "standing", "told"),
    [
        ({"archived_on": END}, "ended", "ended 12/01/2026"),
        ({"archived_on": END, "retired_on": END}, "ended", "ended 12/01/2026"),
        ({"archived_on": date(2027, 1, 1), "retired_on": END}, "not_on_file", "dated retired 12/01/2026"),
        ({"retired_on": END}, "not_on_file", "dated retired 12/01/2026"),
        ({"superseded_on": END}, "ended", "dated replaced 12/01/2026"),
        ({"superseded_on": END, "retired_on": date(2027, 1, 1)}, "ended", "dated replaced 12/01/2026"),
    ],
)
def test_an_end_that_the_payer_does_not_state_is_not_told_as_the_payers(
    ends: dict[str, date], standing: str, told: str
) -> None:
    document = replace(DOCUMENT, **ends)  # type: ignore[arg-type]
    assert (standing_on(document, END), say_since(document, END, PHRASES)) == (standing, told)
    assert standing_on(document, date(2026, 11, 30)) == "in_force"
