"""Which shipped content is in the database, and how does a new one replace it?"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from knowledge.content_store import content_versions
from knowledge.facilities.store import delete_facility, find_records, write_facility
from knowledge.origin import Origin
from knowledge.policies.import_store import replace_plans, replace_shipped
from knowledge.shipped.files import ShippedContent
from knowledge.therapies.store import replace_catalogue

_NAME = "shipped"


def load(connection: sa.Connection, content: ShippedContent, now: datetime) -> bool:
    """Puts the shipped content into the database unless this very content is there; tells whether it did.

    What came with an earlier release and is no longer shipped goes (documents are withdrawn, so that what was said can
    still be traced); what an operator imported stays as it is.
    """
    # The row is made first so that it can be held: two processes that start together load one after the other.
    connection.execute(
        sa.text("INSERT INTO content_versions (name, digest) VALUES (:name, '') ON CONFLICT DO NOTHING"),
        {"name": _NAME},
    )
    version = sa.select(content_versions.c.digest).where(content_versions.c.name == _NAME).with_for_update()
    if connection.execute(version).scalar_one() == content.digest:
        return False
    replace_shipped(connection, content.documents, now)
    _replace_facilities(connection, content)
    replace_plans(connection, content.plans)
    replace_catalogue(connection, content.catalogue)
    connection.execute(
        sa.update(content_versions).where(content_versions.c.name == _NAME).values(digest=content.digest, loaded_at=now)
    )
    return True


def is_loaded(connection: sa.Connection, digest: str) -> bool:
    """True where the content with this digest is in the database, which is migrated."""
    query = sa.select(content_versions.c.digest).where(content_versions.c.name == _NAME)
    return connection.execute(query).scalar() == digest


def _replace_facilities(connection: sa.Connection, content: ShippedContent) -> None:
    for facility in find_records(connection, Origin.SHIPPED):
        delete_facility(connection, facility)
    imported = find_records(connection, Origin.IMPORTED)
    for record in content.facilities:
        if record.facility.id not in imported:
            write_facility(connection, record, Origin.SHIPPED)
