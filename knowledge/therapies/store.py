"""How is the catalogue kept? What is searched by as columns, the entry whole, and every version of it forever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.database import metadata
from knowledge.content_store import ContentReader, mark_changed
from knowledge.therapies.model import Condition, Entry, OtherProduct, Standing, Term, Therapy
from knowledge.therapies.service import TherapyStore

# Products outside the catalogue are kept here, too: `us_status` is their standing then.
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

terms = sa.Table(
    "terms",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("term", sa.Text, nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
)

catalogue_versions = sa.Table(
    "catalogue_versions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("checksum", sa.String(64), primary_key=True),
    sa.Column("entry", sa.JSON, nullable=False),
)

T = TypeVar("T")

_therapy_entry: TypeAdapter[Therapy] = TypeAdapter(Therapy)
_product_entry: TypeAdapter[OtherProduct] = TypeAdapter(OtherProduct)
_condition_entry: TypeAdapter[Condition] = TypeAdapter(Condition)
_term_entry: TypeAdapter[Term] = TypeAdapter(Term)
_ADAPTERS: dict[type[Entry], TypeAdapter[Any]] = {
    Therapy: _therapy_entry,
    OtherProduct: _product_entry,
    Condition: _condition_entry,
    Term: _term_entry,
}
_IS_THERAPY = therapies.c.us_status.notin_([standing.value for standing in Standing])


class SqlTherapyStore(TherapyStore):
    """The catalogue in the SQL database."""

    def __init__(self, content: ContentReader) -> None:
        self._content = content

    async def find_therapy(self, therapy_id: str) -> Therapy | None:
        query = sa.select(therapies.c.entry).where(therapies.c.id == therapy_id, _IS_THERAPY)
        work = _read_one(query, _therapy_entry)
        return await self._content.read(("therapy", therapy_id), work)

    async def find_other_product(self, product_id: str) -> OtherProduct | None:
        query = sa.select(therapies.c.entry).where(therapies.c.id == product_id, ~_IS_THERAPY)
        work = _read_one(query, _product_entry)
        return await self._content.read(("product", product_id), work)

    async def find_condition(self, condition_id: str) -> Condition | None:
        query = sa.select(conditions.c.entry).where(conditions.c.id == condition_id)
        work = _read_one(query, _condition_entry)
        return await self._content.read(("condition", condition_id), work)

    async def list_terms(self) -> tuple[Term, ...]:
        def work(connection: sa.Connection) -> tuple[Term, ...]:
            entries = connection.execute(sa.select(terms.c.entry).order_by(terms.c.id)).scalars()
            return tuple(_term_entry.validate_python(entry) for entry in entries)

        return await self._content.read("terms", work)

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
    return frozenset(connection.execute(sa.select(therapies.c.id).where(_IS_THERAPY)).scalars())


def find_age_min(connection: sa.Connection, therapy_id: str) -> float | None:
    """The youngest age in years on the therapy's label; None where none is on file."""
    query = sa.select(therapies.c.entry).where(therapies.c.id == therapy_id, _IS_THERAPY)
    therapy = _read_one(query, _therapy_entry)(connection)
    return therapy.age_min_years if therapy else None


def replace_catalogue(connection: sa.Connection, entries: Iterable[Therapy | OtherProduct | Condition | Term]) -> None:
    """Makes these the catalogue; it comes from shipped content alone. Versions that were spoken before stay on file."""
    mark_changed(connection)
    for table in (therapies, conditions, terms):
        connection.execute(sa.delete(table))
    kept = set(connection.execute(sa.select(catalogue_versions.c.id, catalogue_versions.c.checksum)).tuples())
    for entry in entries:
        values = {"id": entry.id, "entry": _ADAPTERS[type(entry)].dump_python(entry, mode="json")}
        if isinstance(entry, (Therapy, OtherProduct)):
            status = entry.us_status if isinstance(entry, Therapy) else entry.standing
            connection.execute(sa.insert(therapies).values(brand=entry.brand, us_status=status.value, **values))
        elif isinstance(entry, Condition):
            connection.execute(sa.insert(conditions).values(name=entry.name, **values))
        else:
            connection.execute(sa.insert(terms).values(term=entry.term, **values))
        if (entry.id, entry.checksum) not in kept:
            connection.execute(sa.insert(catalogue_versions).values(checksum=entry.checksum, **values))


def _read_one(query: sa.Select[Any], adapter: TypeAdapter[T]) -> Callable[[sa.Connection], T | None]:
    def work(connection: sa.Connection) -> T | None:
        entry = connection.execute(query).scalar()
        return adapter.validate_python(entry) if entry else None

    return work
