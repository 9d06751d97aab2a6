"""What the tests of answers start from: the shipped content in a database, and the actions on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.bootstrap import Knowledge, build_knowledge
from knowledge.shipped.files import ShippedContent, read_shipped_content
from knowledge.shipped.importer import load_content
from tests.actions.cast import NOW
from tests.answers.asking import RealStage
from tests.databases import open_database


@pytest.fixture(scope="session")
def content() -> ShippedContent:
    """What is shipped, as its files say it."""
    return read_shipped_content()


@pytest.fixture(scope="session")
def knowledge(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """The services on a database with the shipped content, for reading only."""
    path = tmp_path_factory.mktemp("answers") / "content.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    load_content(database, now=NOW)
    yield build_knowledge(database, lambda: NOW)
    asyncio.run(database.close())


@pytest.fixture(scope="session")
def stage(knowledge: Knowledge) -> RealStage:
    """The actions on the shipped content; every question begins a conversation of its own."""
    return RealStage(knowledge=knowledge)
