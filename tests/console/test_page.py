"""How the console's page is served, and what may not be reached beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.database import Database
from tests.console.desk import Desk, start_desk


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


async def test_its_files_are_shown_with_their_kind(sqlite_database: Database, tmp_path: Path) -> None:
    kinds = {"index.html": "text/html", "a.js": "text/javascript", "b.svg": "image/svg+xml", "c.css": "text/css"}
    for name in kinds:
        tmp_path.joinpath(name).write_text(" ", encoding="utf-8")
    desk = await start_desk(sqlite_database, page_folder=tmp_path)
    shown = {name: await desk.browser().call("GET", f"/console/{name}") for name in kinds}
    await desk.close()
    assert {name: answer.headers["Content-Type"].partition(";")[0] for name, answer in shown.items()} == kinds


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fapp.py", "app.py", "..%5capp.py", "%00", "index.html%00", "a/b"])
async def test_nothing_else_is_shown(desk: Desk, name: str) -> None:
    assert (await desk.browser().call("GET", f"/console/{name}")).status == 404
