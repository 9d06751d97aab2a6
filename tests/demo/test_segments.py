"""Segments are counted as the phone network counts them."""

from __future__ import annotations

import pytest

from bot.demo.carrier.segments import Segments, count_segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("x" * 160, Segments("GSM-7", 160, 1)),
        ("x" * 161, Segments("GSM-7", 161, 2)),
        ("x" * 306, Segments("GSM-7", 306, 2)),
        ("x" * 307, Segments("GSM-7", 307, 3)),
        ("ñ é à ü @ £ Ω", Segments("GSM-7", 13, 1)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("€" * 81, Segments("GSM-7", 162, 2)),
        ("[" + "x" * 158, Segments("GSM-7", 160, 1)),
        # An escaped character is not cut in two: 153 septets, of which the last can't take its first half.
        ("x" * 152 + "€" + "x" * 152, Segments("GSM-7", 306, 3)),
        ("á" * 70, Segments("UCS-2", 70, 1)),
        ("á" * 71, Segments("UCS-2", 71, 2)),
        ("á" * 134, Segments("UCS-2", 134, 2)),
        ("á" * 135, Segments("UCS-2", 135, 3)),
        ("it’s " + "x" * 65, Segments("UCS-2", 70, 1)),
        ("😀" * 35, Segments("UCS-2", 70, 1)),
        ("😀" * 36, Segments("UCS-2", 72, 2)),
        # 67 units hold 33 pairs: the 34th begins the next segment.
        ("😀" * 67, Segments("UCS-2", 134, 3)),
        ("`", Segments("UCS-2", 1, 1)),
        ("ç", Segments("UCS-2", 1, 1)),
    ],
)
def test_segments(text: str, expected: Segments) -> None:
    assert count_segments(text) == expected
