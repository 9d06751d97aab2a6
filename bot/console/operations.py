"""Which operations does the console's API have?"""

from __future__ import annotations

from bot.console import explain_api, frames, requests, schemas
from bot.console.door import CSRF, SESSION
from bot.console.sessions import COOKIE, COOKIE_PATH, CSRF_HEADER
from bot.http.operations import BODY_REFUSALS, MAX_SEQ, Api, Operation

_READS = (SESSION,)
_CHANGES = (SESSION, CSRF)

_NOBODY = {401: ("SIGN_IN_REQUIRED",), 403: ("ORIGIN_NOT_ALLOWED",)}
_CSRF = {**_NOBODY, 403: ("ORIGIN_NOT_ALLOWED", "CSRF_INVALID")}
_BODY = {**_CSRF, **BODY_REFUSALS}
_FOUND = {404: ("CONVERSATION_NOT_FOUND",)}
_CALLBACK = {404: ("CALLBACK_NOT_FOUND",)}
_HELD = ("VERSION_CONFLICT", "NOT_HOLDER", "CONVERSATION_CLOSED")

_ONE = f"{COOKIE_PATH}/conversations/{{id}}"
_CALL = f"{COOKIE_PATH}/callbacks/{{id}}"

OPERATIONS = (
    Operation(
        "sign_in",
        "POST",
        f"{COOKIE_PATH}/session",
        "Sign in; the cookie that comes with the answer opens everything else. After too many wrong tries: 429.",
        {200: schemas.ConsoleSession},
        {**BODY_REFUSALS, 401: ("SIGN_IN_REFUSED",), 403: ("ORIGIN_NOT_ALLOWED",)},
        body=requests.SignIn,
    ),
    Operation(
        "show_session",
        "GET",
        f"{COOKIE_PATH}/session",
        "Who is signed in.",
        {200: schemas.ConsoleSession},
        _NOBODY,
        security=_READS,
    ),
    Operation(
        "sign_out",
        "DELETE",
        f"{COOKIE_PATH}/session",
        "Sign out; what the coach holds goes back to the queue.",
        {204: None},
        _CSRF,
        security=_CHANGES,
    ),
    Operation(
        "give_heartbeat",
        "POST",
        f"{COOKIE_PATH}/heartbeat",
        "A sign of life of the console, every 20 seconds; only an active one keeps the session open.",
        {200: schemas.Presence},
        _BODY,
        body=requests.Heartbeat,
        security=_CHANGES,
    ),
    Operation(
        "set_duty",
        "PUT",
        f"{COOKIE_PATH}/duty",
        "Take members from now on, or no more.",
        {200: schemas.Duty},
        _BODY,
        body=requests.SetDuty,
        security=_CHANGES,
    ),
    Operation(
        "show_queue",
        "GET",
        f"{COOKIE_PATH}/queue",
        "Who waits, who is with whom, and who is on duty.",
        {200: schemas.DeskQueue},
        _NOBODY,
        security=_READS,
    ),
    Operation(
        "list_coaches",
        "GET",
        f"{COOKIE_PATH}/coaches",
        "The coaches on duty.",
        {200: schemas.CoachesOnDuty},
        _NOBODY,
        security=_READS,
    ),
    Operation(
        "show_conversation",
        "GET",
        _ONE,
        "A conversation that asked for a person, with its packet; every look is recorded.",
        {200: schemas.ShownConversation},
        {**_NOBODY, **_FOUND},
        security=_READS,
    ),
    Operation(
        "list_desk_messages",
        "GET",
        f"{_ONE}/messages",
        "The messages after a seq, in order, each once.",
        {200: schemas.DeskMessages},
        {**_NOBODY, **_FOUND, 422: ("VALIDATION_FAILED",)},
        security=_READS,
        query={"after": MAX_SEQ},
    ),
    Operation(
        "explain_message",
        "GET",
        f"{_ONE}/messages/{{message_id}}/why",
        "What a message relied on: response, values, versions, facts; every look is recorded. The text is made again "
        "from what is stored, and `replay` says whether the same comes out.",
        {200: explain_api.ExplainedMessage},
        {**_NOBODY, 404: ("CONVERSATION_NOT_FOUND", "MESSAGE_NOT_FOUND")},
        security=_READS,
    ),
    Operation(
        "claim_conversation",
        "POST",
        f"{_ONE}/claim",
        "Take a waiting conversation; of two who try, one hears who was quicker.",
        {200: schemas.Moved},
        {
            **_BODY,
            **_FOUND,
            409: ("ALREADY_CLAIMED", "VERSION_CONFLICT", "NOT_WAITING", "COACH_NOT_ON_DUTY", "CONVERSATION_CLOSED"),
        },
        body=requests.ClaimConversation,
        security=_CHANGES,
    ),
    Operation(
        "write_message",
        "POST",
        f"{_ONE}/messages",
        "Write to the member; the same client_message_id again gives the same answer, and nothing is done twice.",
        {200: schemas.Written},
        {**_BODY, **_FOUND, 409: (*_HELD, "MEMBER_OPTED_OUT", "IDEMPOTENCY_CONFLICT")},
        body=requests.WriteMessage,
        security=_CHANGES,
    ),
    Operation(
        "add_note",
        "POST",
        f"{_ONE}/notes",
        "Keep a private note, which no member ever sees.",
        {201: schemas.AddedNote},
        {**_BODY, **_FOUND},
        body=requests.WriteNote,
        security=_CHANGES,
    ),
    Operation(
        "return_conversation",
        "POST",
        f"{_ONE}/return",
        "Give the conversation back to the assistant.",
        {200: schemas.Moved},
        {**_BODY, **_FOUND, 409: _HELD},
        body=requests.FinishConversation,
        security=_CHANGES,
    ),
    Operation(
        "end_conversation",
        "POST",
        f"{_ONE}/close",
        "End the conversation.",
        {200: schemas.Moved},
        {**_BODY, **_FOUND, 409: _HELD},
        body=requests.FinishConversation,
        security=_CHANGES,
    ),
    Operation(
        "transfer_conversation",
        "POST",
        f"{_ONE}/transfer",
        "Hand the conversation to another coach on duty.",
        {200: schemas.Moved},
        {
            **_BODY,
            404: ("CONVERSATION_NOT_FOUND", "COACH_NOT_FOUND"),
            409: (*_HELD, "COACH_NOT_ON_DUTY"),
        },
        body=requests.TransferConversation,
        security=_CHANGES,
    ),
    Operation(
        "tell_typing",
        "POST",
        f"{_ONE}/typing",
        "Tell the member that their coach is writing.",
        {204: None},
        {**_CSRF, **_FOUND, 409: ("NOT_HOLDER",)},
        security=_CHANGES,
    ),
    Operation(
        "list_callbacks",
        "GET",
        f"{COOKIE_PATH}/callbacks",
        "The promised calls; with done=1 those that were made as well.",
        {200: schemas.Callbacks},
        {**_NOBODY, 422: ("VALIDATION_FAILED",)},
        security=_READS,
        query={"done": 1},
    ),
    Operation(
        "take_callback",
        "POST",
        f"{_CALL}/take",
        "Say that one is going to call.",
        {200: schemas.ChangedCallback},
        {**_BODY, **_CALLBACK, 409: ("ALREADY_CLAIMED", "VERSION_CONFLICT", "COACH_NOT_ON_DUTY")},
        body=requests.TakeCallback,
        security=_CHANGES,
    ),
    Operation(
        "finish_callback",
        "POST",
        f"{_CALL}/finish",
        "Say how the call went.",
        {200: schemas.ChangedCallback},
        {**_BODY, **_CALLBACK, 409: ("ALREADY_CLAIMED", "VERSION_CONFLICT")},
        body=requests.FinishCallback,
        security=_CHANGES,
    ),
    Operation(
        "open_desk_socket",
        "GET",
        f"{COOKIE_PATH}/socket",
        "A WebSocket with the desk's news and the messages of one watched conversation as they come (DeskServerFrame "
        "out, DeskClientFrame in).",
        {101: None},
        {**_NOBODY, 426: ("UPGRADE_REQUIRED",)},
        security=_READS,
    ),
)

CONSOLE_API = Api(
    OPERATIONS,
    frames={"DeskServerFrame": frames.SERVER_FRAMES, "DeskClientFrame": frames.CLIENT_FRAMES},
    security_schemes={
        SESSION: {"type": "apiKey", "in": "cookie", "name": COOKIE},
        CSRF: {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
    },
)
