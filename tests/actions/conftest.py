"""What some tests of actions start from: the shipped content in a database, and the actions on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.bootstrap import build_knowledge
from knowledge.shipped.importer import load_content
from tests.actions.cast import NOW
from tests.answers.asking import Asker, RealStage
from tests.databases import open_database


@pytest.fixture(scope="session")
def shipped_actions(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealStage]:
    """The actions on the shipped content, built once: that reads every response."""
    path = tmp_path_factory.mktemp("actions") / "content.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    load_content(database, now=NOW)
    yield RealStage(knowledge=build_knowledge(database, lambda: NOW))
    asyncio.run(database.close())


@pytest.fixture
def stage(shipped_actions: RealStage) -> RealStage:
    """The actions on the shipped content, with a conversation of one's own."""
    shipped_actions.begin(Asker())
    shipped_actions.slots = {}
    return shipped_actions
