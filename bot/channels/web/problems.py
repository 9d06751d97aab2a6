"""How is a member told that something was refused? With a problem document, and with the safety gate's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.channels.intake import UnansweredDanger, UnknownChoice
from bot.channels.web.identity import IdentityTokenNotAccepted
from bot.http.problems import ProblemDocument, describe_error
from bot.http.views import view_message

_KNOWN: Mapping[type[Exception], int] = {UnknownChoice: 422, IdentityTokenNotAccepted: 422}


def describe(error: Exception) -> ProblemDocument:
    """The document for any error of the member's entrance."""
    if isinstance(error, UnansweredDanger):
        return replace(describe(error.reason), extra={"safety": view_message(error.safety)})
    return describe_error(error, _KNOWN)
