"""Which operations does the member API have?"""

from __future__ import annotations

from bot.channels.web import frames, schemas
from bot.http.operations import BODY_REFUSALS, MAX_SEQ, Api, Operation

_TOKEN = ("token",)
_CONVERSATION = {404: ("CONVERSATION_NOT_FOUND",)}
_OPEN_CONVERSATION = {**_CONVERSATION, 409: ("CONVERSATION_CLOSED",)}

_ONE = "/api/v1/conversations/{id}"

OPERATIONS = (
    Operation(
        "open_conversation",
        "POST",
        "/api/v1/conversations",
        "Begin a conversation; its first message says that this is an automated assistant.",
        {201: schemas.OpenedConversation},
        {**BODY_REFUSALS, 422: ("VALIDATION_FAILED", "IDENTITY_TOKEN_NOT_ACCEPTED")},
        body=schemas.OpenConversation,
    ),
    Operation(
        "send_message",
        "POST",
        f"{_ONE}/messages",
        "Send a message; the same client_message_id again gives the same answer, and nothing is done twice.",
        {200: schemas.Turn},
        {
            **BODY_REFUSALS,
            **_CONVERSATION,
            409: ("CONVERSATION_CLOSED", "IDEMPOTENCY_CONFLICT"),
            422: ("VALIDATION_FAILED", "UNKNOWN_CHOICE"),
            429: ("OVERLOADED",),
        },
        body=schemas.SendMessage,
        security=_TOKEN,
    ),
    Operation(
        "open_link",
        "POST",
        "/api/v1/links",
        "Go on in the secure chat with what began by text: opens the conversation of a one-time link, once.",
        {201: schemas.OpenedConversation},
        {**BODY_REFUSALS, 404: ("LINK_NOT_FOUND",)},
        body=schemas.OpenLink,
    ),
    Operation(
        "list_messages",
        "GET",
        f"{_ONE}/messages",
        "The messages after a seq, in order, each once: how a client resumes.",
        {200: schemas.Messages},
        {**_CONVERSATION, 422: ("VALIDATION_FAILED",)},
        query={"after": MAX_SEQ},
        security=_TOKEN,
    ),
    Operation(
        "open_socket",
        "GET",
        f"{_ONE}/socket",
        "A WebSocket with the conversation's messages as they come (ServerFrame out, ClientFrame in). The token goes "
        "in the first frame, or as a subprotocol `token.<token>` beside `gene-guide.v1`; never in the address.",
        {101: None},
        {**_CONVERSATION, 422: ("VALIDATION_FAILED",), 426: ("UPGRADE_REQUIRED",)},
        query={"after": MAX_SEQ},
    ),
    Operation(
        "request_handoff",
        "POST",
        f"{_ONE}/handoff",
        "Ask for a person; again the same while waiting or held.",
        {200: schemas.Messages},
        {**BODY_REFUSALS, **_OPEN_CONVERSATION},
        body=schemas.RequestHandoff,
        body_required=False,
        security=_TOKEN,
    ),
    Operation(
        "cancel_handoff",
        "DELETE",
        f"{_ONE}/handoff",
        "Withdraw the request, or end the live part while a coach holds.",
        {200: schemas.Messages},
        _OPEN_CONVERSATION,
        security=_TOKEN,
    ),
    Operation(
        "close_conversation",
        "POST",
        f"{_ONE}/close",
        "End the conversation; ending it again changes nothing.",
        {200: schemas.Messages},
        _CONVERSATION,
        security=_TOKEN,
    ),
    Operation(
        "rate_conversation",
        "POST",
        f"{_ONE}/rating",
        "Rate the conversation; a later rating replaces it.",
        {204: None},
        {**BODY_REFUSALS, **_CONVERSATION},
        body=schemas.RateConversation,
        security=_TOKEN,
    ),
    Operation(
        "show_site",
        "GET",
        "/api/v1/site",
        "What kind of site this is, and the plans that a member may name.",
        {200: schemas.Site},
        {},
    ),
    Operation(
        "show_openapi",
        "GET",
        "/api/v1/openapi.json",
        "This document.",
        {200: None},
        {},
    ),
)

MEMBER_API = Api(
    OPERATIONS,
    frames={"ServerFrame": frames.SERVER_FRAMES, "ClientFrame": frames.CLIENT_FRAMES},
    security_schemes={"token": {"type": "http", "scheme": "bearer"}},
)
