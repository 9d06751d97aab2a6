"""How is a coach told that something was refused? With a problem document, and with the name of who was quicker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.console.door import OriginNotAllowed
from bot.console.sessions import CsrfInvalid, SignInRequired
from bot.conversations.handoff import (
    AlreadyClaimed,
    CallbackNotFound,
    CoachNotFound,
    CoachNotOnDuty,
    MemberOptedOut,
    MessageNotFound,
    NotHolder,
    NotWaiting,
    VersionConflict,
)
from bot.http.problems import ProblemDocument, describe_error


class SignInRefused(Exception):
    """Name and password do not belong together; which of them is wrong is told to nobody."""

    code = "SIGN_IN_REFUSED"


_KNOWN: Mapping[type[Exception], int] = {
    SignInRefused: 401,
    SignInRequired: 401,
    CsrfInvalid: 403,
    OriginNotAllowed: 403,
    CallbackNotFound: 404,
    CoachNotFound: 404,
    MessageNotFound: 404,
    AlreadyClaimed: 409,
    CoachNotOnDuty: 409,
    MemberOptedOut: 409,
    NotHolder: 409,
    NotWaiting: 409,
    VersionConflict: 409,
}


def describe(error: Exception) -> ProblemDocument:
    """The document for any error of the console."""
    document = describe_error(error, _KNOWN)
    if isinstance(error, AlreadyClaimed):
        return replace(document, extra={"coach": {"name": error.coach_name}})
    return document
