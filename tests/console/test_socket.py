"""What a console hears at once, from what it is kept, and when its line ends."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from bot.console.socket import SIGNED_OUT
from bot.conversations.live import Typing
from bot.conversations.model import Author, Channel
from bot.database import Database
from tests.console.desk import API, Browser, Desk, Json, Waiting

# What must come, comes; how fast is no claim of these tests.
PATIENCE_S = 60.0


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The line is the same on every database, so one kind is enough."""
    return sqlite_database


class Line:
    """A console's line; every frame is held against the published document."""

    def __init__(self, browser: Browser, socket: ClientWebSocketResponse) -> None:
        self.published = browser.desk.published
        self.socket = socket

    async def send(self, **frame: Any) -> None:
        await self.socket.send_json(frame)

    async def next(self, kind: str | None = None) -> Json:
        """The next frame, or the next of this kind."""
        while True:
            received = await self.socket.receive(timeout=PATIENCE_S)
            assert received.type is WSMsgType.TEXT, received
            frame: Json = received.json()
            self.published.check_schema({"$ref": "#/components/schemas/DeskServerFrame"}, frame)
            if kind in (None, frame["type"]):
                return frame

    async def watch(self, waiting: Waiting, after: int = 0) -> list[Json]:
        """Watches; gives what comes of the conversation first, up to its state."""
        await self.send(type="watch", conversation_id=waiting.id, after=after)
        frames = [await self.next()]
        while frames[-1]["type"] != "state":
            frames.append(await self.next())
        return [frame for frame in frames if frame["type"] != "queue_changed"]

    async def is_silent(self, seconds: float = 0.6) -> bool:
        try:
            await self.socket.receive(timeout=seconds)
        except asyncio.TimeoutError:
            return True
        return False


@pytest.fixture
async def line(dana: Browser) -> Line:
    return Line(dana, await dana.connect())


async def until_unwatched(desk: Desk, *ids: str) -> None:
    """Waits until no line is left that follows these."""
    deadline = time.monotonic() + PATIENCE_S
    while any(desk.live.open_lines(id_) for id_ in ids):
        assert time.monotonic() < deadline, {id_: desk.live.open_lines(id_) for id_ in ids}
        await asyncio.sleep(0.02)


async def test_news_of_the_desk_comes_at_once(desk: Desk, line: Line) -> None:
    await desk.ask()
    assert (await line.next())["type"] == "queue_changed"


async def test_many_changes_are_few_pieces_of_news(desk: Desk, line: Line) -> None:
    for _ in range(30):
        await desk.ask()
    await asyncio.sleep(0.5)
    news = 0
    while not await line.is_silent():
        news += 1
    assert news <= 10


async def test_a_watched_conversation_is_caught_up_and_followed(desk: Desk, line: Line, luis: Browser) -> None:
    waiting = await desk.ask()
    shown = await line.watch(waiting)
    seqs = [frame["message"]["seq"] for frame in shown if frame["type"] == "message"]
    assert seqs == list(range(1, len(seqs) + 1))
    assert shown[-1]["version"] == waiting.version
    assert shown[-1]["state"]["holder"] == "waiting"
    await luis.claim(waiting)
    said = await line.next("message")
    assert (said["conversation_id"], said["message"]["seq"]) == (waiting.id, seqs[-1] + 1)
    state = await line.next("state")
    assert (state["state"]["holder"], state["version"]) == ("coach", waiting.version)
    await desk.conversations.record_member_message(waiting.id, client_message_id=str(uuid4()), text="Thank you")
    assert (await line.next("message"))["message"]["text"] == "Thank you"


async def test_watching_goes_on_after_a_seq(line: Line, waiting: Waiting) -> None:
    everything = await line.watch(waiting)
    rest = await line.watch(waiting, after=1)
    assert [frame["message"]["seq"] for frame in rest[:-1]] == [frame["message"]["seq"] for frame in everything[1:-1]]


async def test_one_conversation_is_watched_at_a_time(desk: Desk, line: Line) -> None:
    first, second = await desk.ask(), await desk.ask()
    await line.watch(first)
    await line.watch(second)
    desk.live.publish(first.id, Typing(Author.MEMBER))
    desk.live.publish(second.id, Typing(Author.MEMBER))
    typing = await line.next("typing")
    assert (typing["conversation_id"], typing["author"]) == (second.id, "member")
    await line.send(type="watch", conversation_id=None)
    await until_unwatched(desk, first.id, second.id)


async def test_a_conversation_that_never_asked_for_a_person_is_not_followed(desk: Desk, line: Line) -> None:
    conversation_id = await desk.open()
    for missing in (conversation_id, "0" * 32, "desk", "\x00"):
        await line.send(type="watch", conversation_id=missing)
        refusal = await line.next()
        assert (refusal["type"], refusal["status"], refusal["code"]) == ("error", 404, "CONVERSATION_NOT_FOUND")
    desk.live.publish(conversation_id, Typing(Author.MEMBER))
    assert await line.is_silent()


async def test_typing_reaches_the_member_from_the_holder_alone(
    desk: Desk, dana: Browser, line: Line, waiting: Waiting
) -> None:
    await line.watch(waiting)
    page = desk.live.subscribe(waiting.id)
    await line.send(type="typing")
    assert (await line.next("error"))["code"] == "NOT_HOLDER"
    await dana.claim(waiting)
    await line.send(type="typing")
    while not isinstance(event := await asyncio.wait_for(page.next_event(), PATIENCE_S), Typing):
        pass
    assert event.author is Author.COACH


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("{", 400, "MALFORMED_JSON"),
        ("[]", 422, "VALIDATION_FAILED"),
        ('{"type": "message", "text": "a"}', 422, "VALIDATION_FAILED"),
        ('{"type": "watch"}', 422, "VALIDATION_FAILED"),
        ('{"type": "watch", "conversation_id": 5}', 422, "VALIDATION_FAILED"),
        ('{"type": "watch", "conversation_id": null, "after": -1}', 422, "VALIDATION_FAILED"),
        ('{"type": "typing", "more": 1}', 422, "VALIDATION_FAILED"),
    ],
)
async def test_a_frame_that_does_not_fit_is_refused_and_the_line_stays(
    line: Line, waiting: Waiting, text: str, status: int, code: str
) -> None:
    await line.socket.send_str(text)
    refusal = await line.next("error")
    assert (refusal["status"], refusal["code"]) == (status, code)
    assert (await line.watch(waiting))[-1]["type"] == "state"


async def test_nobody_signed_in_gets_no_line(desk: Desk) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await desk.browser().connect()
    assert refusal.value.status == 401


async def test_another_site_gets_no_line(desk: Desk, dana: Browser) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await dana.connect(Origin="https://evil.example")
    assert refusal.value.status == 403
    own = await dana.connect(Origin=str(desk.server.make_url("/")).rstrip("/"))
    assert not own.closed


async def test_a_plain_request_is_told_to_upgrade(dana: Browser) -> None:
    answer = await dana.call("GET", "socket")
    assert (answer.status, answer.code) == (426, "UPGRADE_REQUIRED")


async def test_signing_out_ends_the_line_of_that_session_alone(desk: Desk, dana: Browser, line: Line) -> None:
    other = await desk.sign_in("dana")
    theirs = Line(other, await other.connect())
    await dana.call("DELETE", "session")
    assert (await line.next("signed_out"))["type"] == "signed_out"
    assert (await line.socket.receive(timeout=PATIENCE_S)).type is WSMsgType.CLOSE
    assert line.socket.close_code == SIGNED_OUT
    await desk.ask()
    assert (await theirs.next())["type"] == "queue_changed"


async def test_a_session_that_ends_by_itself_ends_its_line(
    desk: Desk, dana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.socket._LOOK_AT_SESSION_S", 0.05)
    line = Line(dana, await dana.connect())
    desk.clock.pass_time(minutes=15)
    assert (await line.next("signed_out"))["type"] == "signed_out"


async def test_an_open_line_keeps_no_session(desk: Desk, dana: Browser, line: Line, waiting: Waiting) -> None:
    for _ in range(15):
        desk.clock.pass_time(minutes=1)
        await line.watch(waiting)
    assert (await dana.call("GET", "session")).status == 401


async def test_a_line_that_closes_leaves_nothing_behind(desk: Desk, line: Line, waiting: Waiting) -> None:
    await line.watch(waiting)
    await line.socket.close()
    await until_unwatched(desk, waiting.id, "desk")


async def test_a_member_with_many_pages_keeps_no_coach_from_reading_along(
    desk: Desk, line: Line, waiting: Waiting
) -> None:
    pages = [desk.live.subscribe(waiting.id) for _ in range(16)]
    assert (await line.watch(waiting))[-1]["type"] == "state"
    assert pages


async def test_those_who_read_along_are_no_pages_of_the_member_and_take_none_of_their_places(
    desk: Desk, line: Line, waiting: Waiting
) -> None:
    await line.watch(waiting)
    assert (desk.live.open_lines(waiting.id), desk.live.open_pages(waiting.id)) == (1, 0)
    pages = [desk.live.subscribe(waiting.id) for _ in range(16)]
    assert desk.live.open_pages(waiting.id) == len(pages)


async def test_more_coaches_than_a_member_has_pages_are_connected(desk: Desk, dana: Browser) -> None:
    lines = [Line(dana, await dana.connect()) for _ in range(40)]
    await desk.ask(channel=Channel.SMS)
    for line in lines:
        assert (await line.next())["type"] == "queue_changed"


async def test_the_address_of_the_line_carries_no_secret(dana: Browser) -> None:
    socket = await dana.connect()
    assert str(socket._response.url).endswith(f"{API}/socket")
