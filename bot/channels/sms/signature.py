"""Does this webhook come from the carrier? Twilio's signature over the public address and every field."""

from __future__ import annotations

from collections.abc import Sequence

from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


class SignatureCheck:
    """Knows the account's token; whatever is not surely signed with it is refused.

    https://www.twilio.com/docs/usage/security#validating-requests
    """

    def __init__(self, auth_token: str, public_url: str) -> None:
        if not auth_token:
            # Signing with an empty key is something that everybody can do.
            raise ValueError("auth_token is empty")
        self._validator = RequestValidator(auth_token)
        self._public_url = public_url.rstrip("/")

    def is_signed(self, path_and_query: str, form: Sequence[tuple[str, str]], signature: str | None) -> bool:
        """True when the signature covers this path with its query, as the carrier called it, and these fields."""
        if not signature:
            return False
        fields = dict(form)
        if len(fields) != len(form):
            # Twilio sends no field twice; which of them would be read must not be a question.
            return False
        try:
            return bool(self._validator.validate(self._public_url + path_and_query, fields, signature))
        except ValueError:
            return False
