"""How does the product hear of texts and of their delivery? Signed form posts, with the faults that were asked for."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.demo.carrier.faults import Faults, RequestFaults
from bot.demo.carrier.signature import SIGNATURE_HEADER, sign

# Twilio's defaults: 5 s to connect, 15 s in all (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
_TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
# That page's "retry count" of 1 under the policy "ct": once more when no connection could be made, else never.
_TRIES = 2
_REMEMBERED = 2000
# Twilio's debugger: no 2xx answer, no connection, an answer that is not TwiML or plain text.
_BAD_ANSWER, _NO_CONNECTION, _BAD_CONTENT_TYPE = 11200, 11205, 12300


class Kind(str, Enum):
    """What a request to the product is about: a text that came in, or the delivery of one that went out."""

    WEBHOOK = "webhook"
    CALLBACK = "callback"


@dataclass(frozen=True)
class Post:
    """A request to be made: its address and its form fields. `on_answer` hears whether it was answered with 2xx."""

    kind: Kind
    url: str
    fields: Mapping[str, str]
    on_answer: Callable[[bool], None] = lambda is_taken: None

    @property
    def sid(self) -> str:
        """The sid of the text that it is about."""
        return self.fields["MessageSid"]

    @property
    def status(self) -> str:
        """The status that it tells."""
        return self.fields.get("MessageStatus") or self.fields["SmsStatus"]

    @property
    def token(self) -> str:
        """The same for the same news, however often it is sent."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.sid} {self.status}"))


@dataclass(frozen=True)
class Attempt:
    """A request that was made. `answer` is the HTTP status, if there was one; `error_code` is Twilio's, if any."""

    kind: Kind
    sid: str
    status: str
    at: datetime
    answer: int | None
    error_code: int | None


class Postman:
    """Makes the requests and remembers how they went (the newest 2,000, without their words)."""

    def __init__(self, auth_token: str, faults: Callable[[], Faults], now: Callable[[], datetime]) -> None:
        self.attempts: deque[Attempt] = deque(maxlen=_REMEMBERED)
        self._auth_token = auth_token
        self._faults = faults
        self._now = now
        self._held: dict[Kind, list[Post]] = {kind: [] for kind in Kind}
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Gets ready; needs a running loop."""
        # A connection kept from before the product was restarted would fail as if the product were away.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(
            timeout=_TIMEOUT, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self) -> None:
        """Closes the connections."""
        if self._session:
            await self._session.close()

    async def post(self, post: Post) -> None:
        """Makes the request as often and as badly as the faults say, or holds it back to be made in another order."""
        faults = self._faults_of(post.kind)
        if faults.use("lose"):
            return
        if faults.reorder:
            held = self._held[post.kind]
            held.append(post)
            if len(held) >= faults.reorder:
                faults.reorder = 0
                await self.release(post.kind)
            return
        await self._make(post)

    async def release(self, kind: Kind) -> None:
        """Makes the requests that were held back, the last one first."""
        held, self._held[kind] = self._held[kind], []
        for post in reversed(held):
            await self._make(post)

    def forget(self) -> None:
        """Forgets what was held back and how requests went."""
        self.attempts.clear()
        for held in self._held.values():
            held.clear()

    def _faults_of(self, kind: Kind) -> RequestFaults:
        faults = self._faults()
        return faults.webhooks if kind is Kind.WEBHOOK else faults.callbacks

    async def _make(self, post: Post) -> None:
        faults = self._faults_of(post.kind)
        await asyncio.sleep(faults.delay_s)
        copies = faults.copies
        taken = await asyncio.gather(*(self._make_one(post, faults) for _ in range(1 + copies)))
        post.on_answer(any(taken))

    async def _make_one(self, post: Post, faults: RequestFaults) -> bool:
        signature = sign(self._auth_token, post.url, post.fields)
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "I-Twilio-Idempotency-Token": post.token,
        }
        if faults.use("tamper"):
            signature = sign(self._auth_token + "x", post.url, post.fields)
        if not faults.use("unsigned"):
            headers[SIGNATURE_HEADER] = signature
        answer: int | None = None
        error_code: int | None = _NO_CONNECTION
        for _ in range(_TRIES):
            try:
                answer, error_code = await self._call(post, headers)
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, asyncio.TimeoutError):
                error_code = _BAD_ANSWER
            break
        self.attempts.append(Attempt(post.kind, post.sid, post.status, self._now(), answer, error_code))
        return answer is not None and answer < 300

    async def _call(self, post: Post, headers: Mapping[str, str]) -> tuple[int, int | None]:
        if self._session is None:
            raise RuntimeError("the carrier has not been started")
        # What is signed is the address exactly as it was given: it must not be quoted anew on the way.
        url = URL(post.url, encoded=True)
        form = urlencode(post.fields).encode()
        async with self._session.post(url, data=form, headers=headers, allow_redirects=False) as response:
            await response.read()
        if not 200 <= response.status < 300:
            return response.status, _BAD_ANSWER
        is_readable = response.content_type in ("text/xml", "application/xml", "text/html", "text/plain")
        if post.kind is Kind.WEBHOOK and response.status != 204 and not is_readable:
            return response.status, _BAD_CONTENT_TYPE
        return response.status, None
