"""What the engine's tests share: a tiny Rasa project trained once, real databases, and actions that do as told."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer
from engine_cast import ACTIONS_SECRET, Actions, Member, accept_candidates
from entity_reading import CONTENT
from rasa.core.agent import Agent

from bot.engine.actions_endpoint import ActionsConnection, check_results_in_the_connection
from bot.engine.entities.catalogue import Catalogue
from bot.engine.entities.content import read_names
from bot.engine.entities.places import state_names
from bot.engine.loading import load_agent
from bot.engine.table import metadata
from bot.engine.tracker_store import DialogueStore
from bot.engine.training import train_if_needed
from bot.engine.turns import TurnTaker
from tests.postgres import run_postgres

ROOT = Path(__file__).parents[2]
_numbers = count(1)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny project, with the product's own config.yml: the pipeline under test is the real one."""
    folder = tmp_path_factory.mktemp("project") / "tiny"
    shutil.copytree(Path(__file__).parent / "project", folder)
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, folder / name)
    # So that Rasa's own commands find our components there, as they do at the repository's root.
    (folder / "bot").symlink_to(ROOT / "bot")
    for name in ("__init__.py", "meaning"):
        (folder / "knowledge" / name).symlink_to(ROOT / "knowledge" / name)
    return folder


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The names of the tiny project."""
    return Catalogue([*read_names(CONTENT), *state_names()])


@pytest.fixture(scope="session")
def model(project: Path) -> Path:
    """The tiny project's model, trained once for all tests."""
    before = Path.cwd()
    os.chdir(project)
    # Rasa's progress bars would fill the report of a test that fails.
    os.environ["LOG_LEVEL"] = "ERROR"
    try:
        return train_if_needed(Path(), Path("models"), lambda line: None).resolve()
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def agent(model: Path) -> Agent:
    """The loaded model."""
    check_results_in_the_connection()
    return load_agent(model)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run and stopped after it."""
    with run_postgres() as address:
        yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh SQLite file with the engine's table."""
    return _with_table(f"sqlite:///{tmp_path / 'engine.sqlite'}")


@pytest.fixture
def postgres_url(postgres_address: str) -> str:
    """A fresh PostgreSQL database with the engine's table."""
    name = f"engine_{next(_numbers)}"
    engine = sa.create_engine(postgres_address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return _with_table(postgres_address.replace("/postgres?", f"/{name}?"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]))


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[DialogueStore]:
    """An empty store on SQLite."""
    store = DialogueStore(sqlite_url)
    yield store
    await store.close()


@pytest.fixture
async def actions_server() -> AsyncIterator[tuple[Actions, str]]:
    """The actions and their address."""
    actions = Actions()
    app = web.Application()
    app.router.add_post("/webhook", actions.handle)
    server = TestServer(app)
    await server.start_server()
    yield actions, str(server.make_url("/webhook"))
    await server.close()


@pytest.fixture
def actions(actions_server: tuple[Actions, str]) -> Actions:
    """The actions; every one that is not told otherwise succeeds and says nothing."""
    actions, _ = actions_server
    actions.compute("validate_facility_form", accept_candidates)
    return actions


@pytest.fixture
async def connection(actions_server: tuple[Actions, str]) -> AsyncIterator[ActionsConnection]:
    """A connection to the actions."""
    connection = ActionsConnection(actions_server[1], ACTIONS_SECRET)
    yield connection
    await connection.close()


@pytest.fixture
def turns(agent: Agent, store: DialogueStore, connection: ActionsConnection, actions: Actions) -> TurnTaker:
    """The engine without its server."""
    return TurnTaker(agent, store, connection)


@pytest.fixture
def member(turns: TurnTaker) -> Member:
    """A member on the web."""
    return Member(turns)


def _with_table(url: str) -> str:
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    return url
