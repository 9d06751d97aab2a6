"""The database every store uses: connection set-up, shared column types, migrations."""

from bot.database.database import Database, StoreUnavailable
from bot.database.metadata import UtcDateTime, metadata

__all__ = ["Database", "StoreUnavailable", "UtcDateTime", "metadata"]
