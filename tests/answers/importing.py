"""How do policies that an operator imported get on file in a test of answers? The real import, each begun at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.database import Database
from knowledge.bootstrap import build_knowledge
from knowledge.policies.drafting import Corrections
from knowledge.policies.import_store import activate
from knowledge.policies.importer import read_drafts, store_drafts
from knowledge.shipped.importer import load_content
from tests.actions.cast import NOW
from tests.answers.asking import RealStage
from tests.databases import open_database


@contextmanager
def stage_with(template: Path, folder: Path, texts: Mapping[str, str]) -> Iterator[RealStage]:
    """The actions on what ships and on these policies, by file name."""
    database = open_content(template, folder)
    for name, text in texts.items():
        import_policy(database, folder, name, text)
    yield RealStage(knowledge=build_knowledge(database, lambda: NOW))
    asyncio.run(database.close())


def open_content(template: Path, folder: Path) -> Database:
    """A database of its own with what ships."""
    path = folder / "content.sqlite"
    path.write_bytes(template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    load_content(database, now=NOW)
    return database


def import_policy(database: Database, folder: Path, name: str, text: str, *, now: datetime = NOW) -> None:
    """Imports one file and begins it on the day of `now`, or on its own day if that is to come."""
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    # A policy without a number is known by its address.
    said = Corrections() if "Policy Number" in text else Corrections(url=f"https://www.example.org/{name}")
    today = now.date()
    drafts = read_drafts(database, [path], said, now=now)
    store_drafts(database, drafts, now=now, by="anna")

    def begin(connection: sa.Connection) -> None:
        for document in (draft.record.document for draft in drafts):
            activate(connection, document.version_id, max(today, document.effective_on or today), today=today)

    database.write_now(begin)
