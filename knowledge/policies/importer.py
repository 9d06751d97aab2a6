"""How does an operator's policy document get in? From a YAML file in the layout of `knowledge.policies.files`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.database import Database
from knowledge.content_files import ContentError
from knowledge.csv_files import ImportReport
from knowledge.policies import import_store
from knowledge.policies.files import read_document
from knowledge.policies.model import FactOfAnotherDocument, PayerWithoutPlan


def import_documents(database: Database, path: Path, *, now: datetime) -> ImportReport:
    """Takes one document with its passages and facts in; it rules over an earlier version from its day on.

    From then on it is the operator's: a later release of the shipped content leaves it alone. A document of a payer
    without a plan on file, or a fact id of another document, is refused. All or nothing.
    Raises ContentError, StoreUnavailable.
    """
    record = read_document(path)
    try:
        return database.write_now(lambda connection: import_store.import_document(connection, record, now))
    except FactOfAnotherDocument as error:
        raise ContentError(path.name, record.document.id, f"fact id {error} belongs to another document") from error
    except PayerWithoutPlan as error:
        raise ContentError(path.name, record.document.id, f"no plan of payer {error} is on file") from error
