"""Which operations does the member API have? One row for each route: what it takes, answers and refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bot.channels.web import schemas

# What a 32-bit column holds: a greater `after` is a mistake.
MAX_SEQ = 2**31 - 1


@dataclass(frozen=True)
class Operation:
    """One route: what it takes, what it answers, and the codes with which it may refuse.

    `answers` gives the model of each good status, None for an empty answer. `refusals` come on top of `EVERYWHERE`.
    """

    id: str
    method: str
    path: str
    summary: str
    answers: Mapping[int, type[BaseModel] | None]
    refusals: Mapping[int, tuple[str, ...]]
    body: type[BaseModel] | None = None
    body_required: bool = True
    needs_token: bool = True
    query: tuple[str, ...] = ()


_BODY = {
    400: ("MALFORMED_JSON",),
    413: ("BODY_TOO_LARGE",),
    415: ("UNSUPPORTED_MEDIA_TYPE",),
    422: ("VALIDATION_FAILED",),
}
_CONVERSATION = {404: ("CONVERSATION_NOT_FOUND",)}
_OPEN_CONVERSATION = {**_CONVERSATION, 409: ("CONVERSATION_CLOSED",)}
# What any operation may answer.
EVERYWHERE = {429: ("RATE_LIMITED",), 500: ("INTERNAL_ERROR",), 503: ("STORE_UNAVAILABLE",)}

_ONE = "/api/v1/conversations/{id}"

OPERATIONS = (
    Operation(
        "open_conversation",
        "POST",
        "/api/v1/conversations",
        "Begin a conversation; its first message says that this is an automated assistant.",
        {201: schemas.OpenedConversation},
        {**_BODY, 422: ("VALIDATION_FAILED", "IDENTITY_TOKEN_NOT_ACCEPTED")},
        body=schemas.OpenConversation,
        needs_token=False,
    ),
    Operation(
        "send_message",
        "POST",
        f"{_ONE}/messages",
        "Send a message; the same client_message_id again gives the same answer, and nothing is done twice.",
        {200: schemas.Turn},
        {
            **_BODY,
            **_CONVERSATION,
            409: ("CONVERSATION_CLOSED", "IDEMPOTENCY_CONFLICT"),
            422: ("VALIDATION_FAILED", "UNKNOWN_CHOICE"),
        },
        body=schemas.SendMessage,
    ),
    Operation(
        "list_messages",
        "GET",
        f"{_ONE}/messages",
        "The messages after a seq, in order, each once: how a client resumes.",
        {200: schemas.Messages},
        {**_CONVERSATION, 422: ("VALIDATION_FAILED",)},
        query=("after",),
    ),
    Operation(
        "open_socket",
        "GET",
        f"{_ONE}/socket",
        "A WebSocket with the conversation's messages as they come (ServerFrame out, ClientFrame in). The token goes "
        "in the first frame, or as a subprotocol `token.<token>` beside `gene-guide.v1`; never in the address.",
        {101: None},
        {**_CONVERSATION, 422: ("VALIDATION_FAILED",), 426: ("UPGRADE_REQUIRED",)},
        needs_token=False,
        query=("after",),
    ),
    Operation(
        "request_handoff",
        "POST",
        f"{_ONE}/handoff",
        "Ask for a person; again the same while waiting or held.",
        {200: schemas.Messages},
        {**_BODY, **_OPEN_CONVERSATION},
        body=schemas.RequestHandoff,
        body_required=False,
    ),
    Operation(
        "cancel_handoff",
        "DELETE",
        f"{_ONE}/handoff",
        "Withdraw the request, or end the live part while a coach holds.",
        {200: schemas.Messages},
        _OPEN_CONVERSATION,
    ),
    Operation(
        "close_conversation",
        "POST",
        f"{_ONE}/close",
        "End the conversation; ending it again changes nothing.",
        {200: schemas.Messages},
        _CONVERSATION,
    ),
    Operation(
        "rate_conversation",
        "POST",
        f"{_ONE}/rating",
        "Rate the conversation; a later rating replaces it.",
        {204: None},
        {**_BODY, **_CONVERSATION},
        body=schemas.RateConversation,
    ),
    Operation(
        "show_site",
        "GET",
        "/api/v1/site",
        "What kind of site this is, and the plans that a member may name.",
        {200: schemas.Site},
        {},
        needs_token=False,
    ),
    Operation(
        "show_openapi",
        "GET",
        "/api/v1/openapi.json",
        "This document.",
        {200: None},
        {},
        needs_token=False,
    ),
)
