"""A citation in the fields of the public contract."""

from __future__ import annotations

from datetime import date

from knowledge.citations import Citation


def test_empty_fields_are_left_out_and_days_are_iso() -> None:
    citation = Citation("Title", None, "CareSource", "D.I", None, date(2026, 5, 1), None, "")
    assert citation.as_json() == {
        "document": "Title",
        "payer": "CareSource",
        "section": "D.I",
        "effective_on": "2026-05-01",
    }
