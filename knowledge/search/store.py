"""Which products, conditions and terms are there to search? Reads the catalogue whole."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import TypeAdapter

from knowledge.content_store import ContentReader
from knowledge.search.contents import Catalogue
from knowledge.search.service import CatalogueStore
from knowledge.therapies.model import Condition, Term, Therapy
from knowledge.therapies.service import TherapyStore
from knowledge.therapies.store import conditions, list_therapy_ids, terms, therapies

_therapies: TypeAdapter[tuple[Therapy, ...]] = TypeAdapter(tuple[Therapy, ...])
_conditions: TypeAdapter[tuple[Condition, ...]] = TypeAdapter(tuple[Condition, ...])
_terms: TypeAdapter[tuple[Term, ...]] = TypeAdapter(tuple[Term, ...])


class SqlCatalogueStore(CatalogueStore):
    """The catalogue in the SQL database."""

    def __init__(self, content: ContentReader, names: TherapyStore) -> None:
        self._content = content
        self._names = names

    async def read_catalogue(self) -> Catalogue:
        names = await self._names.list_names()

        def work(connection: sa.Connection) -> Catalogue:
            known = list_therapy_ids(connection)
            rows = connection.execute(sa.select(therapies.c.id, therapies.c.entry).order_by(therapies.c.id)).all()
            return Catalogue(
                therapies=_therapies.validate_python([row.entry for row in rows if row.id in known]),
                conditions=_conditions.validate_python(_entries(connection, conditions)),
                terms=_terms.validate_python(_entries(connection, terms)),
                names=names,
            )

        return await self._content.read("catalogue", work)


def _entries(connection: sa.Connection, table: sa.Table) -> list[object]:
    return list(connection.execute(sa.select(table.c.entry).order_by(table.c.id)).scalars())
