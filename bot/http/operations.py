"""What is an operation? One row for each route: what it takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

# What a 32-bit column holds: a greater number in an address is a mistake.
MAX_SEQ = 2**31 - 1

# What reading a body may refuse.
BODY_REFUSALS: Mapping[int, tuple[str, ...]] = {
    400: ("MALFORMED_JSON",),
    408: ("BODY_TOO_SLOW",),
    413: ("BODY_TOO_LARGE",),
    415: ("UNSUPPORTED_MEDIA_TYPE",),
    422: ("VALIDATION_FAILED",),
}
# What any operation may answer.
EVERYWHERE: Mapping[int, tuple[str, ...]] = {
    429: ("RATE_LIMITED",),
    500: ("INTERNAL_ERROR",),
    503: ("STORE_UNAVAILABLE",),
}


@dataclass(frozen=True)
class Operation:
    """One route: what it takes, what it answers, and the codes with which it may refuse.

    `answers` gives the model of each good status, None for an empty answer. `refusals` come on top of `EVERYWHERE`.
    `security` names the schemes that it needs, all of them; `query` gives the greatest value of each parameter, which
    is a number and may be left out.
    """

    id: str
    method: str
    path: str
    summary: str
    answers: Mapping[int, type[BaseModel] | None]
    refusals: Mapping[int, tuple[str, ...]]
    body: type[BaseModel] | None = None
    body_required: bool = True
    security: tuple[str, ...] = ()
    query: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Api:
    """One entrance's part of the published document.

    `frames` are the groups of socket frames by the name under which they are published, `security_schemes` the
    OpenAPI objects of the schemes that its operations name.
    """

    operations: tuple[Operation, ...]
    frames: Mapping[str, tuple[type[BaseModel], ...]]
    security_schemes: Mapping[str, Mapping[str, str]]
