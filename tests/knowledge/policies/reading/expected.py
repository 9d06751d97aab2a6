"""How is a reading compared with the one that is expected? As plain data, as in the files beside the documents."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.policies.model import PayerId
from knowledge.policies.reading.model import KnownPayer, ReadPolicy

DOCUMENTS = Path(__file__).parent / "documents"
PAYERS = (
    KnownPayer(PayerId("cedar-ridge"), ("Cedar Ridge Health", "Cedar Ridge")),
    KnownPayer(PayerId("lakeshore"), ("Lakeshore Mutual", "Lakeshore")),
)
_DAYS = ("issued_on", "effective_on", "revised_on", "archived_on")
_FIELDS = ("payer", "number", "title", "version", *_DAYS, "lines_of_business", "states")


def as_data(read: ReadPolicy) -> dict[str, Any]:
    """The reading without what is empty; days as days, passages as section, heading and text."""
    data: dict[str, Any] = {name: getattr(read, name) for name in _FIELDS}
    data["kind"] = read.kind.value if read.kind else None
    data["passages"] = [
        {"section": passage.section, "heading": passage.heading, "text": passage.text} for passage in read.passages
    ]
    data["definitions"] = {definition.term: definition.text for definition in read.definitions}
    data["history"] = [[row.label, row.on, row.action] for row in read.history]
    data["references"] = list(read.references)
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in data.items()}
    return {name: value for name, value in plain.items() if value}


def expected_of(name: str) -> dict[str, Any]:
    """The reading that stands in `documents/<name>.yml`."""
    data: dict[str, Any] = yaml.safe_load((DOCUMENTS / f"{name}.yml").read_text(encoding="utf-8"))
    assert all(isinstance(data.get(day, date.min), date) for day in _DAYS)
    return data
