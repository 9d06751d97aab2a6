"""How the console's page is served, and what may not be reached beside it."""

from __future__ import annotations

import pytest

from bot.database import Database
from tests.console.desk import Desk


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """No database is asked."""
    return sqlite_database


async def test_the_page_is_shown_to_everybody_and_framed_by_nobody(desk: Desk) -> None:
    answer = await desk.browser().call("GET", "/console")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("name", "kind"), [("api.js", "javascript"), ("icons.svg", "svg")])
async def test_its_files_are_shown_with_their_kind(desk: Desk, name: str, kind: str) -> None:
    answer = await desk.browser().call("GET", f"/console/{name}")
    assert answer.status == 200
    assert kind in answer.headers["Content-Type"]


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fapp.py", "app.py", "..%5capp.py", "%00", "index.html%00", "a/b"])
async def test_nothing_else_is_shown(desk: Desk, name: str) -> None:
    assert (await desk.browser().call("GET", f"/console/{name}")).status == 404
