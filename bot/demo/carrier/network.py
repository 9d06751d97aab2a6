"""What has been texted, and who may be texted? The carrier's memory and its rules, without any HTTP."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.demo.carrier.changes import Changes
from bot.demo.carrier.errors import Refusal
from bot.demo.carrier.keywords import REPLIES, Keyword, OptOutMode, find_keyword
from bot.demo.carrier.model import Answer, Direction, Phone, Status, Text, is_phone_number
from bot.demo.carrier.segments import count_segments

MAX_BODY_LENGTH = 1600
MAX_TEXTS_PER_PHONE = 500
MAX_PHONES = 1000

# Numbers that fail always, with their codes. Source: twilio.com/docs/iam/test-credentials, "Parameters to send an SMS".
_MAGIC_RECEIVERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}


@dataclass(frozen=True)
class SendRequest:
    """What the REST API was asked to send; "" where a field was not given."""

    to: str = ""
    from_: str = ""
    body: str = ""
    num_media: int = 0
    status_callback: str = ""


@dataclass(frozen=True)
class Received:
    """A text from a phone, and the carrier's own reply to it."""

    text: Text
    reply: Text | None = None


class Network:
    """The texts and the blocks of one account. Everything is lost with the process, and bounded meanwhile:
    the phones used last, and the newest texts of each."""

    def __init__(
        self,
        *,
        numbers: Mapping[str, str],
        phones: Sequence[Phone],
        mode: OptOutMode,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.numbers = dict(numbers)
        self.phones = tuple(phones)
        self.mode = mode
        self.changes = Changes()
        self._now = now
        self._new_id = new_id
        self._texts: dict[str, Text] = {}
        self._sids: OrderedDict[str, deque[str]] = OrderedDict()
        self._blocks: set[tuple[str, str]] = set()

    def send(self, request: SendRequest) -> Text:
        """Takes a text to a phone. Raises Refusal."""
        self._check(request)
        return self._keep(
            direction=Direction.OUTBOUND_API,
            phone=request.to,
            number=request.from_,
            body=request.body,
            num_media=request.num_media,
            status=Status.QUEUED,
            status_callback=request.status_callback or None,
        )

    def receive(self, phone: str, number: str, body: str, num_media: int = 0) -> Received:
        """Takes a text from a phone and handles the reserved words. Raises Refusal for numbers that can't be."""
        if not is_phone_number(phone):
            raise Refusal(21212, phone)
        if number not in self.numbers:
            raise Refusal(21211, number)
        text = self._keep(
            direction=Direction.INBOUND,
            phone=phone,
            number=number,
            body=body,
            num_media=num_media,
            status=Status.RECEIVED,
        )
        if self.mode is OptOutMode.GATEWAY:
            return Received(text)
        keyword, answers = self._handle_keyword(phone, number, body)
        if keyword and self.mode is OptOutMode.ADVANCED:
            text = self._change(replace(text, opt_out_type=keyword))
        reply = None
        if keyword and answers:
            reply = self._keep(
                direction=Direction.OUTBOUND_REPLY,
                phone=phone,
                number=number,
                body=REPLIES[keyword],
                num_media=0,
                status=Status.QUEUED,
            )
        return Received(text, reply)

    def advance(self, sid: str, status: Status, error_code: int | None = None) -> Text | None:
        """Notes how far a text has come; None when it has been forgotten meanwhile."""
        text = self._texts.get(sid)
        if text is None:
            return None
        now = self._now()
        sent_at = text.sent_at or (None if status in (Status.QUEUED, Status.FAILED) else now)
        return self._change(replace(text, status=status, error_code=error_code, updated_at=now, sent_at=sent_at))

    def note_answer(self, sid: str, answer: Answer) -> None:
        """Notes what became of the webhook about an inbound text."""
        if text := self._texts.get(sid):
            self._change(replace(text, answer=answer))

    def find_text(self, sid: str) -> Text | None:
        """The text with this sid, if it is still known."""
        return self._texts.get(sid)

    def list_texts(self, *, phone: str | None = None, number: str | None = None) -> list[Text]:
        """The texts, oldest first; of one phone or one number only, if named."""
        texts = self._texts.values() if phone is None else [self._texts[sid] for sid in self._sids.get(phone, ())]
        return [text for text in texts if number is None or text.number == number]

    def list_blocks(self) -> list[tuple[str, str]]:
        """The pairs of phone and number that may not be sent to."""
        return sorted(self._blocks)

    def is_blocked(self, phone: str, number: str) -> bool:
        """Whether this phone has opted out of this number."""
        return (phone, number) in self._blocks

    def forget(self) -> None:
        """Forgets every text and every block."""
        self._texts.clear()
        self._sids.clear()
        self._blocks.clear()
        self.changes.tell()

    def _check(self, request: SendRequest) -> None:
        """One rule a line, in the order in which they are refused."""
        if not request.to:
            raise Refusal(21604)
        if not request.from_:
            raise Refusal(21603)
        if not request.body and not request.num_media:
            raise Refusal(21602)
        # Counted as the network counts, so that a text that only just fits by another way of counting is refused here.
        if len(request.body.encode("utf-16-le")) // 2 > MAX_BODY_LENGTH:
            raise Refusal(21617)
        if request.status_callback and not _is_web_address(request.status_callback):
            raise Refusal(21609, request.status_callback)
        if not is_phone_number(request.to):
            raise Refusal(21211, request.to)
        if not is_phone_number(request.from_):
            raise Refusal(21212, request.from_)
        if request.from_ not in self.numbers:
            raise Refusal(21606, request.from_)
        if request.to == request.from_:
            raise Refusal(21266, request.to)
        if request.to in _MAGIC_RECEIVERS:
            raise Refusal(_MAGIC_RECEIVERS[request.to], request.to)
        if not request.to.startswith("+1"):
            raise Refusal(21408, request.to)
        if self.is_blocked(request.to, request.from_):
            raise Refusal(21610)

    def _handle_keyword(self, phone: str, number: str, body: str) -> tuple[Keyword | None, bool]:
        """The reserved word, if it is one, and whether the carrier replies to it itself."""
        pair = (phone, number)
        was_blocked = pair in self._blocks
        keyword = find_keyword(body, is_blocked=was_blocked)
        if keyword is Keyword.STOP:
            self._blocks.add(pair)
            return keyword, not was_blocked
        if keyword is Keyword.START:
            self._blocks.discard(pair)
            # Who says in the webhook that it has answered must answer; by default only a lifted block is confirmed.
            return keyword, was_blocked or self.mode is OptOutMode.ADVANCED
        return keyword, not was_blocked

    def _keep(
        self,
        *,
        direction: Direction,
        phone: str,
        number: str,
        body: str,
        num_media: int,
        status: Status,
        status_callback: str | None = None,
    ) -> Text:
        now = self._now()
        text = Text(
            sid=("MM" if num_media else "SM") + self._new_id(),
            direction=direction,
            phone=phone,
            number=number,
            body=body,
            num_media=num_media,
            num_segments=count_segments(body).count,
            status=status,
            created_at=now,
            updated_at=now,
            sent_at=now if direction is Direction.INBOUND else None,
            status_callback=status_callback,
        )
        sids = self._sids.setdefault(phone, deque())
        self._sids.move_to_end(phone)
        sids.append(text.sid)
        if len(sids) > MAX_TEXTS_PER_PHONE:
            del self._texts[sids.popleft()]
        if len(self._sids) > MAX_PHONES:
            self._forget_phone(next(iter(self._sids)))
        return self._change(text)

    def _forget_phone(self, phone: str) -> None:
        for sid in self._sids.pop(phone):
            del self._texts[sid]
        self._blocks = {pair for pair in self._blocks if pair[0] != phone}

    def _change(self, text: Text) -> Text:
        self._texts[text.sid] = text
        self.changes.tell()
        return text


def _is_web_address(value: str) -> bool:
    if not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        address = urlsplit(value)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.hostname)
