"""Brings a database to the newest schema, and tells whether one is there already."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.database.database import StoreUnavailable

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrades to `revision`; does nothing where the database is there already. Raises StoreUnavailable."""
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # The limit of a member's request is no limit for rebuilding a table.
                connection.exec_driver_sql("SET statement_timeout = 0")
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
    except DBAPIError as error:
        raise StoreUnavailable(f"the migration was refused: {type(error).__name__}") from None


def is_current(connection: Connection) -> bool:
    """True when the database stands at the newest revision of this code."""
    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
