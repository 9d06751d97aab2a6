"""How is the catalogue kept? Two tables: what is searched by as columns, the reviewed entry whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.database import metadata
from knowledge.content_store import ContentReader, mark_changed
from knowledge.therapies.model import Condition, Therapy
from knowledge.therapies.service import TherapyStore

therapies = sa.Table(
    "therapies",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("brand", sa.Text, nullable=False),
    sa.Column("us_status", sa.String(16), nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
)

conditions = sa.Table(
    "conditions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
)

_therapy_entry = TypeAdapter(Therapy)
_condition_entry = TypeAdapter(Condition)


class SqlTherapyStore(TherapyStore):
    """The catalogue in the SQL database."""

    def __init__(self, content: ContentReader) -> None:
        self._content = content

    async def find_therapy(self, therapy_id: str) -> Therapy | None:
        def work(connection: sa.Connection) -> Therapy | None:
            query = sa.select(therapies.c.entry).where(therapies.c.id == therapy_id)
            entry = connection.execute(query).scalar()
            return _therapy_entry.validate_python(entry) if entry else None

        return await self._content.read(("therapy", therapy_id), work)

    async def find_condition(self, condition_id: str) -> Condition | None:
        def work(connection: sa.Connection) -> Condition | None:
            query = sa.select(conditions.c.entry).where(conditions.c.id == condition_id)
            entry = connection.execute(query).scalar()
            return _condition_entry.validate_python(entry) if entry else None

        return await self._content.read(("condition", condition_id), work)

    async def list_names(self) -> Mapping[str, tuple[str, ...]]:
        def work(connection: sa.Connection) -> Mapping[str, tuple[str, ...]]:
            found: dict[str, tuple[str, ...]] = {}
            for table, own in ((therapies, ("brand", "proper_name")), (conditions, ("name",))):
                for row in connection.execute(sa.select(table.c.id, table.c.entry)):
                    named = [row.entry.get(name) for name in own]
                    listed = (row.entry.get(name) or () for name in ("names", "aliases", "misspellings"))
                    written = (*named, *(each for part in listed for each in part))
                    found[row.id] = tuple(name for name in written if name)
            return found

        return await self._content.read("names", work)


def list_therapy_ids(connection: sa.Connection) -> frozenset[str]:
    """The id of every therapy in the catalogue."""
    return frozenset(connection.execute(sa.select(therapies.c.id)).scalars())


def find_age_min(connection: sa.Connection, therapy_id: str) -> float | None:
    """The youngest age in years on the therapy's label; None where none is on file."""
    entry = connection.execute(sa.select(therapies.c.entry).where(therapies.c.id == therapy_id)).scalar()
    return _therapy_entry.validate_python(entry).age_min_years if entry else None


def replace_catalogue(
    connection: sa.Connection, new_therapies: Iterable[Therapy], new_conditions: Iterable[Condition]
) -> None:
    """Makes these the catalogue; it comes from shipped content alone."""
    mark_changed(connection)
    connection.execute(sa.delete(therapies))
    connection.execute(sa.delete(conditions))
    for therapy in new_therapies:
        entry = _therapy_entry.dump_python(therapy, mode="json")
        values = {"id": therapy.id, "brand": therapy.brand, "us_status": therapy.us_status.value, "entry": entry}
        connection.execute(sa.insert(therapies).values(values))
    for condition in new_conditions:
        entry = _condition_entry.dump_python(condition, mode="json")
        connection.execute(sa.insert(conditions).values(id=condition.id, name=condition.name, entry=entry))
