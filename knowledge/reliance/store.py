"""How is it kept what a message was made of? One row a message, and each template once."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import sqlalchemy as sa

from bot.database import Database, metadata
from knowledge.reliance.model import BrokenRecord, Reliance, RelianceRecord, digest_of, read_node
from knowledge.reliance.service import RecordSource
from knowledge.therapies.store import catalogue_versions

reliance = sa.Table(
    "reliance",
    metadata,
    sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("as_of", sa.Date),
    sa.Column("record", sa.JSON, nullable=False),
)

wordings = sa.Table(
    "wordings",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

_INSERT = sa.insert(reliance)
_INSERT_WORDING = sa.text("INSERT INTO wordings (digest, text) VALUES (:digest, :text) ON CONFLICT DO NOTHING")


def record_reliance(
    connection: sa.Connection, made_of: Iterable[tuple[str, Reliance]], known: Container[str]
) -> frozenset[str]:
    """Keeps what these messages (by id) were made of, in the transaction that records them.

    Templates that are `known` are not written again; says which were, for when the transaction has been committed.
    """
    rows: list[Mapping[str, object]] = []
    new: dict[str, str] = {}
    for message_id, made in made_of:
        digest = digest_of(made.template)
        for name, template in (*made.wordings.items(), (digest, made.template)):
            if name not in known:
                new[name] = template
        record = {"wording": digest, "values": made.values, "sources": made.sources}
        rows.append({"message_id": message_id, "as_of": made.as_of, "record": record})
    if rows:
        # One alone goes as one: a list of one would take the driver's way for many.
        connection.execute(_INSERT, rows if len(rows) > 1 else rows[0])
    if new:
        # In one order everywhere: two processes that keep the same templates wait for each other and never in a ring.
        connection.execute(_INSERT_WORDING, [{"digest": name, "text": new[name]} for name in sorted(new)])
    return frozenset(new)


class RelianceStore(RecordSource):
    """What was kept. Every method raises StoreUnavailable when the database cannot answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_record(self, message_id: str) -> RelianceRecord | None:
        query = sa.select(reliance).where(reliance.c.message_id == message_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        try:
            values = {str(name): read_node(tree) for name, tree in row.record["values"].items()}
            sources = tuple(row.record["sources"])
            return RelianceRecord(str(row.record["wording"]), values, row.as_of, sources)
        except (KeyError, TypeError, AttributeError) as error:
            raise BrokenRecord from error

    async def find_wordings(self, digests: Iterable[str]) -> Mapping[str, str]:
        query = sa.select(wordings.c.digest, wordings.c.text).where(wordings.c.digest.in_(sorted(digests)))
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return {row.digest: row.text for row in found}

    async def find_entries(self, asked: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Mapping[str, object]]:
        table, wanted = catalogue_versions, set(asked)
        query = sa.select(table).where(table.c.id.in_(sorted(entry for entry, _ in wanted)))
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return {(row.id, row.checksum): row.entry for row in rows if (row.id, row.checksum) in wanted}
