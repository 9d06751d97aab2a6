"""How does a test open a database? Patiently: a disk that stalls for some seconds is not what it is about."""

from __future__ import annotations

from bot.database import Database

PATIENCE_S = 30.0


def open_database(url: str) -> Database:
    """An open database that gives up late; what a time limit does is tested with `Database.open` and a limit."""
    return Database.open(url, timeout_s=PATIENCE_S)
