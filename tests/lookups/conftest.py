"""What the tests of slow look-ups may ask for: the whole product on PostgreSQL, whose member table can be held."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import create_postgres_database
from tests.lookups.source import SlowSource
from tests.product import RunningProduct, start_product


@pytest.fixture(scope="module")
def product(
    postgres_address: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningProduct]:
    """The product on a PostgreSQL database of its own; a test may put another process in its place."""
    address = create_postgres_database(postgres_address, "lookups", template="template")
    product = start_product(tmp_path_factory.mktemp("lookups"), database_url=address)
    yield product
    product.stop()


@pytest.fixture
def source(product: RunningProduct) -> Iterator[SlowSource]:
    """The table of the member records; it is free again after the test."""
    with psycopg.connect(product.database_url) as connection:
        source = SlowSource(connection)
        yield source
        source.answer()
