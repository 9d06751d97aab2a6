"""Which request does a log line belong to? One id goes with it through gateway, engine and actions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars, get_contextvars

HEADER = "X-Request-Id"

_FIELD = "request_id"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
# What a proxy makes: 32 hex digits or a UUID.
_HEX = re.compile(r"[0-9a-fA-F-]{32,36}")
# A phone number or a member number that somebody sends as an id must not stand in the log.
_LONG_NUMBER = re.compile(r"(?:\d-?){7}")


def make_request_id() -> str:
    """A new id, of the form that all random ids here have."""
    return secrets.token_hex(16)


def read_request_id(given: str | None) -> str:
    """The id that came with a request where it is a short token and no number of a person's; else a new one."""
    if given and _TOKEN.fullmatch(given) and (_HEX.fullmatch(given) or not _LONG_NUMBER.search(given)):
        return given
    return make_request_id()


@contextmanager
def request_id_bound(request_id: str) -> Iterator[None]:
    """Puts the id into every log line inside the block, and of the tasks that begin there."""
    with bound_contextvars(**{_FIELD: request_id}):
        yield


def current_request_id() -> str | None:
    """The id of what is being done here, or None outside of any request."""
    found = get_contextvars().get(_FIELD)
    return found if isinstance(found, str) else None
