"""How does a text reach the carrier? Twilio's REST API: sending one, and asking which were taken.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.channels.sms.model import Addresses, CarrierMessage, DeliveryStatus, read_carrier_status

TIMEOUT_S = 8.0
_PAGE_SIZE = 200
_MAX_PAGES = 20
_MOST_RETRY_AFTER_S = 900.0

# https://www.twilio.com/docs/api/errors
OPTED_OUT = "21610"


class CarrierError(Exception):
    """A call that did not end well; `code` is Twilio's, or the HTTP status where it gave none."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CarrierRefused(CarrierError):
    """The carrier will never take this text."""


class CarrierBusy(CarrierError):
    """The carrier surely did not take the text now; it may later. `retry_after_s` is what it asked for, if it did."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        super().__init__(code)
        self.retry_after_s = retry_after_s


class CarrierUnclear(CarrierError):
    """Nobody knows whether the carrier took the text: the answer was lost, or made no sense."""


class Carrier:
    """The account at the carrier; used within one event loop, closed at the end."""

    def __init__(self, *, api_url: str, account_sid: str, auth_token: str, timeout_s: float = TIMEOUT_S) -> None:
        self._root = api_url.rstrip("/")
        self._messages = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, addresses: Addresses, body: str, status_callback: str) -> CarrierMessage:
        """Hands one text over. Raises CarrierRefused, CarrierBusy, CarrierUnclear."""
        form = {"To": addresses.member, "From": addresses.plan, "Body": body, "StatusCallback": status_callback}
        answer = await self._call("POST", self._messages, data=form)
        message = _read_message(answer)
        if message is None:
            raise CarrierUnclear("UNREADABLE")
        return message

    async def list_sent(self, addresses: Addresses, since: datetime) -> tuple[CarrierMessage, ...]:
        """What the carrier took from us for this phone since a moment, newest first.

        Not asked for by `DateSent`: a text that still waits at the carrier has none.
        Raises CarrierRefused, CarrierBusy, CarrierUnclear.
        """
        found: list[CarrierMessage] = []
        query = {"To": addresses.member, "From": addresses.plan, "PageSize": str(_PAGE_SIZE)}
        answer = await self._call("GET", self._messages, params=query)
        for _ in range(_MAX_PAGES):
            rows = answer.get("messages")
            if not isinstance(rows, list):
                raise CarrierUnclear("UNREADABLE")
            listed = [message for message in map(_read_message, rows) if message is not None]
            found += [message for message in listed if message.created_at is None or message.created_at >= since]
            # The next page's address carries the whole query.
            next_page = answer.get("next_page_uri")
            if not next_page or (listed and listed[-1] not in found):
                break
            answer = await self._call("GET", str(next_page))
        return tuple(found)

    async def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=self._timeout)
        try:
            # A redirect would carry the password somewhere else.
            request = self._session.request(method, self._root + path, allow_redirects=False, **content)
            async with request as response:
                text = await response.text()
                if response.status < 300:
                    return _read_object(text)
                raise _describe(response.status, text, response.headers.get("Retry-After"))
        except aiohttp.ClientConnectorError:
            raise CarrierBusy("UNREACHABLE") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, UnicodeDecodeError) as error:
            raise CarrierUnclear(type(error).__name__) from None


def _describe(status: int, text: str, retry_after: str | None) -> CarrierError:
    try:
        code = str(json.loads(text)["code"])
    except (ValueError, KeyError, TypeError):
        code = str(status)
    if status == 429:
        return CarrierBusy(code, _read_retry_after(retry_after))
    # A wrong password or account is the operator's to mend, and no reason to give up members' texts.
    if status in (401, 403, 404):
        return CarrierBusy(code)
    if 400 <= status < 500 and status != 408:
        return CarrierRefused(code)
    return CarrierUnclear(code)


def _read_retry_after(value: str | None) -> float | None:
    """Seconds; the header may also be a date, and nobody waits for days."""
    return min(float(value), _MOST_RETRY_AFTER_S) if value and re.fullmatch(r"[0-9]{1,9}", value) else None


def _read_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise CarrierUnclear("UNREADABLE")
    return value


def _read_message(row: Mapping[str, Any]) -> CarrierMessage | None:
    sid, status = row.get("sid"), read_carrier_status(str(row.get("status")))
    # Not ours: a text that came in.
    if not isinstance(sid, str) or row.get("direction") == "inbound":
        return None
    return CarrierMessage(sid, status or DeliveryStatus.ACCEPTED, str(row.get("body") or ""), _moment(row))


def _moment(row: Mapping[str, Any]) -> datetime | None:
    try:
        return parsedate_to_datetime(row["date_created"]).astimezone(timezone.utc)
    except (KeyError, TypeError, ValueError):
        return None
