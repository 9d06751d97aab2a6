"""The database every store uses: connection set-up, shared column types, migrations."""

from bot.database.database import DEFAULT_TIMEOUT_S, Database, StoreUnavailable
from bot.database.metadata import UtcDateTime, metadata

__all__ = ["DEFAULT_TIMEOUT_S", "Database", "StoreUnavailable", "UtcDateTime", "metadata"]
