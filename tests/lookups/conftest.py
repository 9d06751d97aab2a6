"""What the tests of slow look-ups may ask for: the whole product on PostgreSQL, whose member table can be held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import create_postgres_database
from tests.lookups.source import Product


@pytest.fixture(scope="module")
def product(
    postgres_address: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The product on a PostgreSQL database of its own, started once for these tests."""
    address = create_postgres_database(postgres_address, "lookups", template="template")
    product = Product(address, tmp_path_factory.mktemp("lookups"))
    yield product
    product.stop()
