"""The engine's table: made by a migration of the app, used by a process that shares no code with it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.database import Database

# Read as a file and not imported: nobody but the engine imports the engine.
TABLE = Path(__file__).parents[2] / "bot/engine/table.py"


async def test_the_migrated_table_has_the_columns_that_the_engine_expects(database: Database) -> None:
    module: dict[str, object] = {"__name__": "engine_table"}
    exec(compile(TABLE.read_text(encoding="utf-8"), str(TABLE), "exec"), module)  # noqa: S102
    expected = module["engine_trackers"]
    assert isinstance(expected, sa.Table)

    found = await database.read(lambda connection: sa.inspect(connection).get_columns(expected.name))

    def described(columns: list[tuple[str, sa.types.TypeEngine[object], bool]]) -> list[tuple[str, str, bool]]:
        return sorted((name, str(kind.compile()), nullable) for name, kind, nullable in columns)

    # What the database calls its types is compared as the generic type that stands for them.
    assert described([(each["name"], each["type"].as_generic(), each["nullable"]) for each in found]) == described(
        [(each.name, each.type, bool(each.nullable)) for each in expected.columns]
    )
