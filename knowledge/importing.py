"""How do the operator's files get in? One function for the command line, whatever the file holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.database import Database
from knowledge.content_files import ContentError
from knowledge.csv_files import ImportRefused, ImportReport, Problem
from knowledge.eligibility.importer import import_members
from knowledge.facilities.importer import import_facilities
from knowledge.policies.importer import UNKNOWN, import_documents
from knowledge.shipped.importer import ContentReport, is_content_loaded, load_content

__all__ = ["Area", "ContentReport", "ImportRefused", "ImportReport", "import_file", "is_content_loaded", "load_content"]

Area = Literal["members", "facilities", "knowledge"]


def import_file(database: Database, area: Area, path: Path, *, now: datetime, by: str = UNKNOWN) -> ImportReport:
    """Takes one file in, whole or not at all. Raises ImportRefused, whose text names every problem found."""
    imports: dict[Area, Callable[[], ImportReport]] = {
        "members": lambda: import_members(database, path, now=now),
        "facilities": lambda: import_facilities(database, path, now=now),
        "knowledge": lambda: import_documents(database, path, now=now, by=by),
    }
    try:
        return imports[area]()
    except ContentError as error:
        raise ImportRefused([Problem(None, None, str(error))]) from error
