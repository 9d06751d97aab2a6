"""What does the carrier tell us? Its two signed webhooks: a text came in, and how far a delivery has come.

Nothing is done here but to check and to keep: the answer goes out at once, and the workers act on the rows.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import NoReturn
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import structlog
from aiohttp import web

from bot import wording as words
from bot.channels.background import Background
from bot.channels.sms.carrier import OPTED_OUT
from bot.channels.sms.inbox_store import InboxStore
from bot.channels.sms.model import ADDRESS, Addresses, InboundText, SmsSettings, read_carrier_status
from bot.channels.sms.outbox_store import OutboxStore
from bot.channels.sms.signature import HEADER, SignatureCheck
from bot.conversations.ids import is_id
from bot.conversations.model import Channel
from bot.database import StoreUnavailable
from bot.http.problems import describe_error, refuse, refuse_field
from bot.http.reading import read_bytes
from bot.http.text import clean_text
from bot.safety.gate import SafetyGate, SafetyLevel
from bot.wording import Wording

log = structlog.get_logger()

TEXT_PATH = "/sms/twilio"
STATUS_PATH = "/sms/twilio/status"
FORM = "application/x-www-form-urlencoded"

_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
# Twilio sends about twenty fields; a form of thousands is not its.
_MOST_FIELDS = 200
# The record's limit; a carrier's text has 1,600 characters at most.
_MOST_CHARACTERS = 2000
# Cries for help that wait for the database in memory, and how often it is asked.
_MOST_UNHEARD = 200
_TRIED_AGAIN_AFTER_S = 2.0
_CARRIER_ANSWERS = ("STOP", "START", "HELP")
_SAFETY_KEYS = {SafetyLevel.EMERGENCY: words.EMERGENCY, SafetyLevel.CRISIS: words.CRISIS}

Form = Mapping[str, str]
Handler = Callable[[web.Request], Awaitable[web.Response]]

# The text that a signed request is about.
_TEXT = web.RequestKey("sid", str)


class Webhooks:
    """The carrier's two routes.

    `wake` tells the worker of the inbox that there is something to do, `begin` to act on one text at once.
    """

    def __init__(
        self,
        *,
        settings: SmsSettings,
        inbox: InboxStore,
        outbox: OutboxStore,
        gate: SafetyGate,
        wording: Wording,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        begin: Callable[[str], None],
    ) -> None:
        self._numbers = settings.numbers
        self._signature = SignatureCheck(settings.auth_token, settings.public_url)
        self._inbox = inbox
        self._outbox = outbox
        self._gate = gate
        self._wording = wording
        self._clock = clock
        self._wake = wake
        self._begin = begin
        self._unheard = Background()

    def add_routes(self, app: web.Application) -> None:
        """Adds both routes."""
        app.router.add_post(TEXT_PATH, _translated(self._receive, "sms.text_refused"))
        app.router.add_post(STATUS_PATH, _translated(self._record_status, "sms.status_refused"))

    async def _receive(self, request: web.Request) -> web.Response:
        text = self._read_text(await self._read_form(request))
        try:
            is_new = await self._inbox.receive(text, self._clock())
        except StoreUnavailable:
            return self._answer_danger(text, self._clock())
        log.info("sms.received", sid=text.sid, is_new=is_new, media=text.media, carrier_answer=text.carrier_answer)
        if is_new and self._gate.check(text.body).level is not SafetyLevel.NONE:
            # Not behind the texts that wait when there are many: the warning is needed now.
            self._begin(text.sid)
        self._wake()
        return _twiml()

    async def _record_status(self, request: web.Request) -> web.Response:
        form = await self._read_form(request)
        sid, word = _read_sid(form), form.get("MessageStatus") or _missing("MessageStatus")
        delivery_id, code = request.query.get("delivery", ""), form.get("ErrorCode") or None
        status = read_carrier_status(word)
        if status is not None:
            moved = await self._outbox.record_callback(
                sid,
                delivery_id if is_id(delivery_id) else None,
                status,
                self._clock(),
                code=code,
                opts_out=code == OPTED_OUT,
            )
            log.info("sms.status", sid=sid, status=status.value, moved=moved, code=code)
        return _twiml()

    async def _read_form(self, request: web.Request) -> Form:
        """The signed fields of the request. Raises Refused."""
        if request.content_type != FORM:
            raise refuse(415, "UNSUPPORTED_MEDIA_TYPE")
        try:
            raw = (await read_bytes(request)).decode("utf-8")
            form = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise refuse(400, "MALFORMED_FORM") from None
        if not self._signature.is_signed(request.raw_path, form, request.headers.get(HEADER)):
            log.warning("sms.signature_invalid", route=request.path)
            raise refuse(403, "SIGNATURE_INVALID")
        fields = dict(form)
        if _SID.fullmatch(sid := fields.get("MessageSid", "")):
            request[_TEXT] = sid
        return fields

    def _read_text(self, form: Form) -> InboundText:
        """The text of a webhook. Raises Refused."""
        media = form.get("NumMedia", "0")
        if not (media.isascii() and media.isdigit() and len(media) <= 2):
            raise refuse_field("NumMedia", "INVALID")
        addresses = Addresses(_read_address(form, "From"), _read_address(form, "To"))
        if "Body" not in form:
            _missing("Body")
        answered = form.get("OptOutType", "").upper()
        text = InboundText(
            sid=_read_sid(form),
            addresses=addresses,
            body=clean_text(form["Body"])[:_MOST_CHARACTERS],
            media=int(media),
            carrier_answer=answered if answered in _CARRIER_ANSWERS else None,
        )
        if addresses.plan not in self._numbers:
            raise refuse(404, "NUMBER_UNKNOWN")
        return text

    def _answer_danger(self, text: InboundText, came_at: datetime) -> web.Response:
        """What the safety gate says, in the answer itself, because nothing can be kept now. Raises StoreUnavailable.

        The carrier does not try a refused webhook again: without this nobody would ever have read the words. They are
        kept as soon as they can be, so that a coach reads them, too; the warning goes out a second time then, because
        nobody knows whether the first one arrived.
        """
        finding = self._gate.check(text.body)
        if finding.level is SafetyLevel.NONE:
            raise StoreUnavailable("the text could not be kept")
        log.warning("safety.unrecorded", outcome=finding.level.value, sid=text.sid)
        if self._unheard.count < _MOST_UNHEARD:
            self._unheard.start(f"danger:{text.sid}", self._keep_when_possible(text, came_at))
        return _twiml(self._wording.say(_SAFETY_KEYS[finding.level], Channel.SMS, finding.language))

    async def _keep_when_possible(self, text: InboundText, came_at: datetime) -> None:
        while True:
            await asyncio.sleep(_TRIED_AGAIN_AFTER_S)
            with suppress(StoreUnavailable):
                is_new = await self._inbox.receive(text, came_at)
                log.warning("sms.danger_kept_later", sid=text.sid, is_new=is_new)
                self._begin(text.sid)
                return


def _translated(handler: Handler, refused: str) -> Handler:
    async def translated(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Exception as error:
            problem = describe_error(error, {})
            if _TEXT in request:
                # The carrier may never try again: with the sid an operator finds there who is to be told.
                log.warning(refused, sid=request[_TEXT], status=problem.status, code=problem.code)
            return problem.response()

    return translated


def _twiml(say: str = "") -> web.Response:
    message = f"<Message>{escape(say)}</Message>" if say else ""
    text = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
    return web.Response(text=text, content_type="text/xml")


def _read_sid(form: Form) -> str:
    sid = form.get("MessageSid") or _missing("MessageSid")
    if not _SID.fullmatch(sid):
        raise refuse_field("MessageSid", "INVALID")
    return sid


def _read_address(form: Form, name: str) -> str:
    address = form.get(name) or _missing(name)
    if not ADDRESS.fullmatch(address):
        raise refuse_field(name, "INVALID")
    return address


def _missing(name: str) -> NoReturn:
    raise refuse_field(name, "REQUIRED")
