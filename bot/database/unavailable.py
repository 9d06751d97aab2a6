"""How does a caller hear that the database cannot answer? One error, whatever happened below it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StoreUnavailable(Exception):
    """The database could not be reached, was locked, full or read-only, or took too long.

    Nothing may be claimed to a caller after it. A write that timed out may still commit later, which is why
    every write that a client can repeat carries an idempotency key.
    """

    code = "STORE_UNAVAILABLE"


def translate(error: BaseException) -> BaseException:
    """The error as a caller hears it; what is no fault of the database, and a broken constraint, stay as they are."""
    if isinstance(error, DBAPIError | PoolTimeoutError) and not isinstance(error, IntegrityError):
        return StoreUnavailable(f"the database refused: {type(error).__name__}")
    return error
