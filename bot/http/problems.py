"""How is a refusal written? RFC 9457 problem documents with stable codes, and never a word of the member's."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import ValidationError

from bot.conversations.live import TooManySubscribers
from bot.conversations.model import ConversationClosed, ConversationNotFound, IdempotencyConflict, LinkNotFound
from bot.database import StoreUnavailable
from bot.http.rate_limit import RateLimited
from bot.http.views import JsonObject
from bot.metrics import PROBLEMS

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
# The code of the document that an answer carries, for whoever logs the answer.
PROBLEM_CODE = web.ResponseKey("problem_code", str)
STORE_RETRY_AFTER_S = 2
_FRAMES = 6


@dataclass(frozen=True)
class FieldProblem:
    """A field that cannot be used, and why."""

    field: str
    code: str


@dataclass(frozen=True)
class ProblemDocument:
    """A refusal: its status, its code, and what may be said with it; `extra` are further fields of the document."""

    status: int
    code: str
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    extra: JsonObject = field(default_factory=dict)

    def body(self) -> JsonObject:
        """The document; its title is the status's own phrase, because codes are what clients read."""
        body: JsonObject = {
            "type": f"urn:gene-guide:problem:{self.code.lower().replace('_', '-')}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [{"field": error.field, "code": error.code} for error in self.errors]
        return {**body, **self.extra}

    def response(self) -> web.Response:
        """The document as an HTTP answer."""
        text = json.dumps(self.body(), ensure_ascii=False)
        response = web.Response(text=text, status=self.status, content_type=CONTENT_TYPE, headers=self.headers)
        response[PROBLEM_CODE] = self.code
        return response


class Refused(Exception):
    """The request itself cannot be used; carries the document that says why."""

    def __init__(self, document: ProblemDocument) -> None:
        super().__init__(document.code)
        self.document = document


def refuse(status: int, code: str, *errors: FieldProblem, headers: Mapping[str, str] | None = None) -> Refused:
    """A refusal, to be raised."""
    return Refused(ProblemDocument(status, code, errors, headers or {}))


def refuse_field(name: str, code: str) -> Refused:
    """A refusal because of one field, to be raised."""
    return refuse(422, "VALIDATION_FAILED", FieldProblem(name, code))


# What the record raises in every API, and how it is told; its errors carry the contract's code already.
_KNOWN: Mapping[type[Exception], int] = {
    ConversationNotFound: 404,
    LinkNotFound: 404,
    ConversationClosed: 409,
    IdempotencyConflict: 409,
}

# What the web server itself refuses.
_HTTP_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}


def describe_error(error: Exception, known: Mapping[type[Exception], int]) -> ProblemDocument:
    """The document for any error, counted; what nobody expected is logged and told as INTERNAL_ERROR without detail.

    `known` gives the statuses of what one API alone may meet: errors that carry their `code`.
    """
    document = _describe(error, known)
    PROBLEMS.labels(document.code).inc()
    return document


def _describe(error: Exception, known: Mapping[type[Exception], int]) -> ProblemDocument:
    if isinstance(error, Refused):
        return error.document
    if isinstance(error, StoreUnavailable):
        return ProblemDocument(503, error.code, headers={"Retry-After": str(STORE_RETRY_AFTER_S)})
    if isinstance(error, RateLimited):
        return ProblemDocument(429, error.code, headers={"Retry-After": str(error.retry_after_s)})
    if isinstance(error, TooManySubscribers):
        return ProblemDocument(429, RateLimited.code, headers={"Retry-After": "5"})
    if isinstance(error, web.HTTPException):
        kept = {name: value for name, value in error.headers.items() if name in ("Allow", "Retry-After")}
        return ProblemDocument(error.status, _HTTP_CODES.get(error.status, f"HTTP_{error.status}"), headers=kept)
    status = {**_KNOWN, **known}.get(type(error))
    if status is not None:
        return ProblemDocument(status, getattr(error, "code", "REFUSED"))
    # The message of an unknown error may quote anything; its type and places do not.
    places = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    log.error(
        "request.failed",
        error=type(error).__name__,
        where=[f"{Path(frame.filename).name}:{frame.lineno}" for frame in places],
    )
    return ProblemDocument(500, "INTERNAL_ERROR")


_FIELD_NAME = re.compile(r"[A-Za-z_]{1,64}")

_FIELD_CODES = {
    "missing": "REQUIRED",
    "string_type": "WRONG_TYPE",
    "int_type": "WRONG_TYPE",
    "bool_type": "WRONG_TYPE",
    "model_type": "WRONG_TYPE",
    "extra_forbidden": "UNKNOWN_FIELD",
    "uuid_type": "WRONG_TYPE",
    "string_too_long": "TOO_LONG",
    "string_too_short": "EMPTY",
    "literal_error": "UNKNOWN_VALUE",
    "enum": "UNKNOWN_VALUE",
    "uuid_parsing": "INVALID_UUID",
    "greater_than_equal": "OUT_OF_RANGE",
    "less_than_equal": "OUT_OF_RANGE",
}


def describe_fields(error: ValidationError) -> ProblemDocument:
    """The document for fields that do not fit their model: names and codes, no values."""
    problems = []
    for found in error.errors(include_url=False, include_input=False):
        context = found.get("ctx") or {}
        name = ".".join(map(str, found["loc"])) or str(context.get("field", "body"))
        kind = found["type"]
        if kind == "extra_forbidden" and not _FIELD_NAME.fullmatch(name):
            # The client made it up, and it may be anything.
            name = "body"
        problems.append(FieldProblem(name, kind if kind.isupper() else _FIELD_CODES.get(kind, "INVALID")))
    return ProblemDocument(422, "VALIDATION_FAILED", tuple(problems))
