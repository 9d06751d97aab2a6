"""Where does a statement come from? One citation, as every answer carries it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date


def dated(day: date) -> str:
    """What stands for the version of a source that states none: its own date."""
    return f"dated {day.isoformat()}"


@dataclass(frozen=True)
class Citation:
    """The source of one statement, in the fields of the public contract.

    `payer` is a display name: the payer's, or the publisher's where the source is nobody's plan document.
    `version` is the one that the source states, else the date it bears. `effective_on` is only ever a date that the
    source itself states; `read_on` is the day it was read.
    """

    document: str
    number: str | None
    payer: str
    section: str | None
    version: str | None
    effective_on: date | None
    read_on: date | None
    url: str | None
    # The stored version that is cited, where the source is a document of ours: for the record, shown to nobody.
    stored: str | None = field(default=None, compare=False, repr=False)

    def as_json(self) -> dict[str, str]:
        """The contract's Citation: ISO dates, empty fields left out."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self) if each.compare)
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in values if value}
