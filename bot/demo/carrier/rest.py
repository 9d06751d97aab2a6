"""How does the product send and look up texts? Twilio's Messages resource.

Source of names, shapes and codes: twilio.com/docs/messaging/api/message-resource and docs/usage/twilios-response.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import urlencode

from aiohttp import web

from bot.demo.carrier.errors import Refusal
from bot.demo.carrier.exchange import Exchange
from bot.demo.carrier.faults import Faults
from bot.demo.carrier.fields import API_VERSION
from bot.demo.carrier.model import Text
from bot.demo.carrier.network import Network, SendRequest

_MAX_PAGE, _USUAL_PAGE = 1000, 50
_FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


class RestApi:
    """The routes under `/2010-04-01/Accounts/{account}/Messages`, for the one account that there is."""

    def __init__(
        self, network: Network, exchange: Exchange, faults: Callable[[], Faults], account_sid: str, auth_token: str
    ) -> None:
        self._network = network
        self._exchange = exchange
        self._faults = faults
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._messages_path = f"/{API_VERSION}/Accounts/{account_sid}/Messages"

    def add_routes(self, router: web.UrlDispatcher, prefix: str) -> None:
        """Adds the routes under the prefix, which the URIs in answers leave out, as they leave out the host."""
        base = f"{prefix}/{API_VERSION}/Accounts/{{account}}/Messages"
        router.add_post(f"{base}.json", self.create_message)
        router.add_get(f"{base}.json", self.list_messages)
        router.add_get(f"{base}/{{sid}}.json", self.fetch_message)

    async def create_message(self, request: web.Request) -> web.StreamResponse:
        """Takes a text to a phone: 201 and the message."""
        return await self._answer(request, self._create)

    async def fetch_message(self, request: web.Request) -> web.StreamResponse:
        """One message."""
        return await self._answer(request, self._fetch)

    async def list_messages(self, request: web.Request) -> web.StreamResponse:
        """A page of messages, the newest first."""
        return await self._answer(request, self._list)

    async def _answer(
        self, request: web.Request, handle: Callable[[web.Request, SendRequest], web.StreamResponse]
    ) -> web.StreamResponse:
        faults = self._faults()
        sending = await _read_sending(request)
        await asyncio.sleep(faults.rest_delay_s)
        if faults.use_drop("drop_requests"):
            return _hang_up(request)
        try:
            self._check_access(request)
            if failure := faults.next_rest_failure():
                raise Refusal(failure.code, status=failure.status)
            answer = handle(request, sending)
        except Refusal as refusal:
            return _refuse(refusal)
        return _hang_up(request) if faults.use_drop("drop_answers") else answer

    def _check_access(self, request: web.Request) -> None:
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            given = b""
        expected = f"{self._account_sid}:{self._auth_token}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
            raise Refusal(20003)
        if request.match_info["account"] != self._account_sid:
            raise Refusal(20404, f"/{API_VERSION}/Accounts/{request.match_info['account']}/Messages.json")

    def _create(self, request: web.Request, sending: SendRequest) -> web.StreamResponse:
        text = self._network.send(sending)
        self._exchange.carry_out(text)
        return web.json_response(self._describe(text), status=201)

    def _fetch(self, request: web.Request, sending: SendRequest) -> web.StreamResponse:
        sid = request.match_info["sid"]
        text = self._network.find_text(sid)
        if text is None:
            raise Refusal(20404, f"{self._messages_path}/{sid}.json")
        return web.json_response(self._describe(text))

    def _list(self, request: web.Request, sending: SendRequest) -> web.StreamResponse:
        query = request.query
        texts = [text for text in reversed(self._network.list_texts()) if _is_wanted(text, dict(query))]
        size = min(max(_read_count(query.get("PageSize"), _USUAL_PAGE), 1), _MAX_PAGE)
        page = _read_count(query.get("Page"), 0)
        start = page * size
        # The token names the last message of the page before: newer ones that came meanwhile shift nothing.
        token = query.get("PageToken", "").removeprefix("PA")
        if token:
            start = next((index + 1 for index, text in enumerate(texts) if text.sid == token), start)
        shown = texts[start : start + size]
        kept = {name: query[name] for name in _FILTERS if name in query}

        def address(number: int, after: str = "") -> str:
            more = {"PageToken": f"PA{after}"} if after else {}
            return f"{self._messages_path}.json?" + urlencode({**kept, "PageSize": size, "Page": number, **more})

        return web.json_response(
            {
                "first_page_uri": address(0),
                "end": page * size + max(len(shown) - 1, 0),
                "previous_page_uri": address(page - 1) if page else None,
                "messages": [self._describe(text) for text in shown],
                "uri": address(page, token),
                "page_size": size,
                "start": page * size,
                "next_page_uri": address(page + 1, shown[-1].sid) if start + size < len(texts) else None,
                "page": page,
            }
        )

    def _describe(self, text: Text) -> dict[str, object]:
        """The message as Twilio shows it: dates in RFC 2822, counts as strings, URIs without the host."""
        uri = f"{self._messages_path}/{text.sid}"
        return {
            "body": text.body,
            "num_segments": str(text.num_segments),
            "direction": text.direction.value,
            "from": text.from_number,
            "date_updated": format_datetime(text.updated_at),
            "price": None,
            "error_message": None,
            "uri": f"{uri}.json",
            "account_sid": self._account_sid,
            "num_media": str(text.num_media),
            "to": text.to_number,
            "date_created": format_datetime(text.created_at),
            "status": text.status.value,
            "sid": text.sid,
            "date_sent": format_datetime(text.sent_at) if text.sent_at else None,
            "messaging_service_sid": None,
            "error_code": text.error_code,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


async def _read_sending(request: web.Request) -> SendRequest:
    form = await request.post()

    def read(name: str) -> str:
        value = form.get(name, "")
        return value if isinstance(value, str) else ""

    return SendRequest(
        to=read("To"),
        from_=read("From"),
        body=read("Body"),
        num_media=len(form.getall("MediaUrl", [])),
        status_callback=read("StatusCallback"),
    )


def _refuse(refusal: Refusal) -> web.Response:
    body: dict[str, object] = {
        "code": refusal.code,
        "message": refusal.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if refusal.status == 401 else {}
    return web.json_response(body, status=refusal.status, headers=headers)


def _hang_up(request: web.Request) -> web.Response:
    """Closes the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _read_count(value: str | None, usual: int) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else usual


def _is_wanted(text: Text, query: dict[str, str]) -> bool:
    """Whether a message passes the filters. A date stands for the whole day (GMT); an unreadable one filters nothing.

    A message that has not left the queue counts with the time at which it was made.
    """
    # Seconds, as messages show them: a message of 10:00:00.9 is found by a search from 10:00:00 on.
    sent = (text.sent_at or text.created_at).replace(microsecond=0)
    exact, before, after = (_read_span(query.get(name, "")) for name in ("DateSent", "DateSent<", "DateSent>"))
    return (
        query.get("To") in (None, "", text.to_number)
        and query.get("From") in (None, "", text.from_number)
        and (exact is None or exact[0] <= sent <= exact[1])
        and (before is None or sent <= before[1])
        and (after is None or sent >= after[0])
    )


def _read_span(value: str) -> tuple[datetime, datetime] | None:
    """The first and the last second that a filter names: of a day, or of a moment."""
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    is_day = len(value) == len("2026-05-01")
    return moment, moment + (timedelta(days=1, seconds=-1) if is_day else timedelta())
