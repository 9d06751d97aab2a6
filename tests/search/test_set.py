"""Does the search reach its bars on the held-out questions, and is the set still the one that was frozen?"""

from __future__ import annotations

from tests.search.scoring import RECALL_BAR, REFUSAL_BAR, check_set, score_set


def test_the_held_out_set_is_the_one_that_was_frozen() -> None:
    assert check_set() == []


async def test_members_questions_are_found_and_unanswerable_ones_refused() -> None:
    result = await score_set()
    assert result.answerable >= 120
    assert result.unanswerable >= 80
    assert result.recall_at_3 >= RECALL_BAR
    assert result.refused >= REFUSAL_BAR
