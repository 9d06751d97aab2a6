"""Twilio's official client is content with the simulated carrier's REST API."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.demo.world import ACCOUNT_SID, AUTH_TOKEN, DANA, MARCUS, OTHER_PLAN, PLAN, World, open_world, until


async def refusal(world: World, **options: object) -> tuple[int, int | None]:
    """The HTTP status and Twilio's code with which a text is refused."""
    with pytest.raises(TwilioRestException) as refused:
        await world.send(**options)  # type: ignore[arg-type]
    return refused.value.status, refused.value.code


async def test_a_text_is_taken_with_a_sid_and_every_field_that_the_client_knows(world: World) -> None:
    message = await world.send("Hi Dana")
    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid)
    assert (message.status, message.direction, message.error_code) == ("queued", "outbound-api", None)
    assert (message.to, message.from_, message.body) == (DANA, PLAN, "Hi Dana")
    assert (message.num_segments, message.num_media, message.api_version) == ("1", "0", "2010-04-01")
    assert message.account_sid == ACCOUNT_SID
    assert message.uri == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{message.sid}.json"
    assert abs(message.date_created - datetime.now(timezone.utc)) < timedelta(seconds=5)


async def test_the_answer_is_201_in_json_with_rfc_2822_dates(world: World) -> None:
    def call() -> requests.Response:
        address = f"{world.base_url}/demo/carrier/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        form = {"To": DANA, "From": PLAN, "Body": "Hi"}
        return requests.post(address, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=10)

    answer = await world.ask(call)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("application/json")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", answer.json()["date_created"])
    assert answer.json()["date_sent"] is None


async def test_a_text_is_fetched_as_it_goes_from_queued_to_delivered(world: World) -> None:
    sent = await world.send()
    texts = world.carrier.network
    await until(lambda: (text := texts.find_text(sent.sid)) and text.status.value == "delivered")
    fetched = await world.ask(lambda: world.client().messages(sent.sid).fetch())
    assert (fetched.status, fetched.body) == ("delivered", "Hello")
    assert fetched.date_sent is not None


async def test_a_text_nobody_knows_is_20404(world: World) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.ask(lambda: world.client().messages("SM" + "0" * 32).fetch())
    assert (refused.value.status, refused.value.code) == (404, 20404)


async def test_a_wrong_token_and_no_token_are_20003(world: World) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.ask(lambda: world.client(auth_token="wrong").messages.create(to=DANA, from_=PLAN, body="Hi"))
    assert (refused.value.status, refused.value.code) == (401, 20003)
    async with world.http.get(f"/demo/carrier/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json") as answer:
        assert (answer.status, (await answer.json())["code"]) == (401, 20003)
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert world.carrier.network.list_texts() == []


async def test_another_account_is_20404(world: World) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.ask(lambda: world.client(path_of="AC" + "f" * 32).messages.create(to=DANA, from_=PLAN))
    assert (refused.value.status, refused.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "215-555-0101"}, 21211),
        ({"to": "+1215555010"}, 21211),
        ({"to": "+11155550101"}, 21211),
        ({"to": "member"}, 21211),
        ({"from_": "+1"}, 21212),
        ({"from_": "+12155550199"}, 21606),
        ({"to": PLAN}, 21266),
        ({"to": "+447700900123"}, 21408),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550009"}, 21614),
        ({"status_callback": "not an address"}, 21609),
        ({"status_callback": "http://127.0.0.1/ HTTP/1.1"}, 21609),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_twilios_code(
    world: World, options: dict[str, str], code: int
) -> None:
    assert await refusal(world, **options) == (400, code)
    assert world.carrier.network.list_texts() == []


async def test_sixteen_hundred_characters_are_taken(world: World) -> None:
    message = await world.send("x" * 1600)
    assert message.num_segments == "11"


async def test_a_refusal_names_its_page_in_the_docs(world: World) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await world.send(to="+1")
    assert refused.value.uri.endswith(f"/Accounts/{ACCOUNT_SID}/Messages.json")
    assert "Invalid 'To' Phone Number: +1" in refused.value.msg


async def test_too_many_requests_and_then_success(world: World) -> None:
    await world.break_down(rest=[{"status": 429, "code": 20429, "times": 2}])
    assert await refusal(world) == (429, 20429)
    assert await refusal(world) == (429, 20429)
    assert (await world.send()).status == "queued"
    assert len(world.carrier.network.list_texts()) == 1


async def test_any_status_and_code_can_be_asked_for_in_turn(world: World) -> None:
    await world.break_down(rest=[{"status": 503, "code": 20503}, {"status": 400, "code": 30034}])
    assert await refusal(world) == (503, 20503)
    assert await refusal(world) == (400, 30034)
    await world.send()


async def test_a_dropped_answer_leaves_a_text_that_the_caller_can_find(world: World) -> None:
    await world.break_down(drop_answers=1)
    before = datetime.now(timezone.utc)
    with pytest.raises(requests.ConnectionError):
        await world.send("Did this arrive?")
    found = await world.ask(lambda: world.client().messages.list(to=DANA, date_sent_after=before))
    assert [message.body for message in found] == ["Did this arrive?"]


async def test_a_dropped_request_leaves_nothing(world: World) -> None:
    await world.break_down(drop_requests=1)
    with pytest.raises(requests.ConnectionError):
        await world.send("Never seen")
    assert world.carrier.network.list_texts() == []
    await world.send()


async def test_the_list_is_newest_first_and_filtered_by_either_number(world: World) -> None:
    for body, to, from_ in (("1", DANA, PLAN), ("2", MARCUS, PLAN), ("3", DANA, OTHER_PLAN)):
        await world.send(body, to=to, from_=from_)
    await world.text("4")
    client = world.client()
    bodies = [message.body for message in await world.ask(lambda: client.messages.list())]
    assert bodies == ["4", "3", "2", "1"]
    assert [m.body for m in await world.ask(lambda: client.messages.list(to=DANA))] == ["3", "1"]
    assert [m.body for m in await world.ask(lambda: client.messages.list(to=DANA, from_=PLAN))] == ["1"]
    incoming = await world.ask(lambda: client.messages.list(from_=DANA))
    assert [(m.body, m.direction, m.status) for m in incoming] == [("4", "inbound", "received")]


async def test_the_list_is_filtered_by_the_time_of_sending() -> None:
    clock = [datetime(2026, 5, 1, 10, 0, 0, 900_000, tzinfo=timezone.utc)]
    async with open_world(now=lambda: clock[0]) as world:

        async def listed(**filters: object) -> list[str | None]:
            found = await world.ask(lambda: world.client().messages.list(**filters))  # type: ignore[arg-type]
            return [message.body for message in found]

        first = await world.send("first")
        await until(lambda: world.carrier.network.find_text(first.sid).status.value == "delivered")  # type: ignore[union-attr]
        clock[0] += timedelta(days=1)
        await world.send("second")
        assert await listed(date_sent_after=datetime(2026, 5, 1, 10, 0, 0, tzinfo=timezone.utc)) == ["second", "first"]
        assert await listed(date_sent_after=datetime(2026, 5, 1, 10, 0, 1, tzinfo=timezone.utc)) == ["second"]
        assert await listed(date_sent_before=datetime(2026, 5, 1, 23, tzinfo=timezone.utc)) == ["first"]
        assert await listed(date_sent="2026-05-02") == ["second"]
        assert await listed(date_sent_after="2026-05-03") == []


async def test_pages_are_followed_to_the_end_and_newer_texts_shift_nothing(world: World) -> None:
    for number in range(7):
        await world.send(str(number))
    pages = await world.ask(lambda: world.client().messages.page(page_size=3))
    seen = [message.body for message in pages]
    await world.send("newer")
    while pages := await world.ask(pages.next_page):
        seen += [message.body for message in pages]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    every = await world.ask(lambda: world.client().messages.list(page_size=2, limit=5))
    assert len(every) == 5
