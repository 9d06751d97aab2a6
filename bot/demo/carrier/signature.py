"""How does a receiver know that a webhook is the carrier's?"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

SIGNATURE_HEADER = "X-Twilio-Signature"


def sign(auth_token: str, url: str, parameters: Mapping[str, str]) -> str:
    """The signature of a form-encoded webhook, as Twilio documents it.

    The whole address as it is called, query included, then each parameter's name and value in the order of the names,
    with nothing between them; HMAC-SHA1 with the account's auth token as the key; base64.
    Source: twilio.com/docs/usage/webhooks/webhooks-security.
    """
    signed = url + "".join(name + parameters[name] for name in sorted(parameters))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
