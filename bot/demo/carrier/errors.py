"""Which refusals of its REST API does the carrier know, and how do they look?"""

from __future__ import annotations

# Twilio's code -> HTTP status and text. Source: twilio.com/docs/api/errors and the answers of the Messages resource.
_REFUSALS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service Unavailable"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "The 'From' number {} is not a valid phone number, shortcode, or alphanumeric sender ID."),
    21266: (400, "'To' and 'From' number cannot be the same: {}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number provided ({}) is not a valid message-capable Twilio phone number "
        "for this destination.",
    ),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21612: (400, "The 'To' phone number: {}, is not currently reachable using the 'From' phone number via SMS."),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
}


class Refusal(Exception):
    """A request that the REST API refuses: Twilio's `code`, the HTTP `status` and the `message` for developers.

    `about` is the value that the message names; `status` and `message` may differ from the code's own.
    """

    def __init__(self, code: int, about: str = "", *, status: int | None = None) -> None:
        usual_status, text = _REFUSALS.get(code, (status or 400, f"Error {code}"))
        self.code = code
        self.status = status or usual_status
        self.message = text.format(about)
        super().__init__(str(code))
