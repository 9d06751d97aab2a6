"""Which form fields does a webhook carry?"""

from __future__ import annotations

from bot.demo.carrier.model import Text

API_VERSION = "2010-04-01"

# Where the numbers of an area code are, as far as the fictional phones need it: city, state, ZIP code.
_PLACES = {"215": ("PHILADELPHIA", "PA", "19104"), "614": ("COLUMBUS", "OH", "43215")}


def describe_incoming(text: Text, account_sid: str, *, messaging_service_sid: str | None) -> dict[str, str]:
    """The fields of the webhook about a text from a phone. Source: twilio.com/docs/messaging/guides/webhook-request."""
    fields = {
        "SmsMessageSid": text.sid,
        "NumMedia": str(text.num_media),
        "SmsSid": text.sid,
        "SmsStatus": text.status.value,
        "Body": text.body,
        "To": text.to_number,
        "NumSegments": str(text.num_segments),
        "MessageSid": text.sid,
        "AccountSid": account_sid,
        "From": text.from_number,
        "ApiVersion": API_VERSION,
        **_describe_place("To", text.to_number),
        **_describe_place("From", text.from_number),
    }
    for index in range(text.num_media):
        fields[f"MediaContentType{index}"] = "image/jpeg"
        fields[f"MediaUrl{index}"] = (
            f"https://api.twilio.com/{API_VERSION}/Accounts/{account_sid}/Messages/{text.sid}/Media/ME{text.sid[2:]}"
        )
    if messaging_service_sid:
        fields["MessagingServiceSid"] = messaging_service_sid
    if text.opt_out_type:
        fields["OptOutType"] = text.opt_out_type.value
    return fields


def describe_status(text: Text, account_sid: str) -> dict[str, str]:
    """The fields of a status callback. Source: twilio.com/docs/messaging/guides/track-outbound-message-status."""
    fields = {
        "SmsSid": text.sid,
        "SmsStatus": text.status.value,
        "MessageStatus": text.status.value,
        "To": text.to_number,
        "MessageSid": text.sid,
        "AccountSid": account_sid,
        "From": text.from_number,
        "ApiVersion": API_VERSION,
    }
    if text.error_code is not None:
        fields["ErrorCode"] = str(text.error_code)
    return fields


def _describe_place(side: str, number: str) -> dict[str, str]:
    city, state, postal_code = _PLACES.get(number[2:5], ("", "", ""))
    return {f"{side}City": city, f"{side}State": state, f"{side}Zip": postal_code, f"{side}Country": "US"}
