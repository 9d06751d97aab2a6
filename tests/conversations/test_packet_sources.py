"""Whatever was said: every line of the packet is found at its message, and nothing is made up."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.handoff import Urgency
from bot.conversations.model import (
    Author,
    Message,
    MessageId,
    Understood,
)
from bot.conversations.packet import PacketLine, RequestFacts
from bot.conversations.transcript import ANSWERED, UNANSWERED
from bot.conversations.vocabulary import HANDOFF_CHOICE, TOPICS
from tests.conversations.cast import START, Cast

texts = st.sampled_from(["is it covered?", "19104", "thank you", "my son is four", "¿cuánto cuesta?", "a coach please"])
values = st.sampled_from(["zolgensma", "luxturna", "unknown", "19104", "child", "caresource"])
entities = st.dictionaries(
    st.sampled_from(["therapy", "for_whom", "zip_code", "plan", "city"]), st.tuples(values), max_size=3
)
readings = st.builds(
    Understood,
    st.lists(st.sampled_from(TOPICS), max_size=2).map(tuple),
    st.sampled_from(["en", "es", "und"]),
    entities,
    st.just(0.5),
)
outcomes = st.sampled_from(
    sorted(ANSWERED | UNANSWERED | {"ask", "verified", "emergency", "crisis", "handoff_waiting"})
)


@st.composite
def casts(draw: st.DrawFn) -> Cast:
    cast = Cast()
    for author in draw(st.lists(st.sampled_from(Author), max_size=12)):
        if author is Author.MEMBER:
            message = cast.priya(draw(texts), choice=draw(st.sampled_from([None, "/more", HANDOFF_CHOICE, "/cost"])))
            cast.understood.pop(message.id)
            if draw(st.booleans()):
                cast.understood[message.id] = draw(readings)
        elif author is Author.ASSISTANT:
            cast.assistant(draw(outcomes), draw(st.sampled_from([None, *TOPICS])))
        elif author is Author.SYSTEM:
            cast.gate(draw(st.sampled_from(["emergency", "crisis"])))
        else:
            cast.ruth("Hello, this is Ruth.")
    return cast


@given(casts(), st.data())
def test_every_line_is_found_at_its_message_and_nothing_is_made_up(cast: Cast, data: st.DataObject) -> None:
    request = RequestFacts(
        data.draw(st.sampled_from(["words", "button", "rule", "failure", "safety"])),
        data.draw(st.sampled_from(["", "cost", "coach_handoff", "my own words"])),
        START + timedelta(minutes=data.draw(st.integers(0, 12))),
        data.draw(st.sampled_from(Urgency)),
        data.draw(st.sampled_from([None, MessageId("f" * 32), *(each.id for each in cast.messages)])),
    )
    packet = cast.packet(request, plan_id=data.draw(st.sampled_from([None, "caresource"])))
    by_id = {message.id: message for message in cast.messages}
    assert {"request", "verified", "language", "channel"} <= {each.kind for each in packet.lines}
    for found in packet.lines:
        message = by_id[found.message_id] if found.message_id else None
        assert found.seq == (message.seq if message else None)
        if found.quote is not None:
            assert found.quote == (message.text if message else request.reason)
            assert message is None or message.author is Author.MEMBER
        _check_source(found, message, cast, request)


def _check_source(found: PacketLine, message: Message | None, cast: Cast, request: RequestFacts) -> None:
    read = cast.understood.get(message.id, Understood()) if message else Understood()
    replies = [each for each in cast.messages if message and message.id in (each.reply_to, each.id)]
    if found.kind == "request":
        assert found.value in (None, request.reason)
        assert found.label_key in (request.cause, "reason")
    elif found.kind == "urgency":
        assert found.value == request.urgency.value
        dangers = {*read.topics, *(each.outcome for each in replies)}
        assert found.label_key in dangers if message else found.value == "urgent"
    elif found.kind == "question":
        assert found.value in (None, *read.topics)
    elif found.kind == "said":
        assert message is not None
        assert message.author is Author.ASSISTANT
        assert (found.value, found.label_key) == (message.topic, message.outcome)
    elif found.kind == "not_answered":
        assert found.value in (None, *read.topics, *(each.topic for each in replies))
        assert found.label_key in {each.outcome for each in replies}
    elif found.kind in ("therapy", "for_whom", "zip_code", "plan"):
        assert found.value in (read.entities.get(found.kind, ()) if message else ("caresource",))
        assert found.value != "unknown"
    elif found.kind == "language":
        assert found.value == (read.language if message else "en")
    else:
        assert (found.kind, found.value) in (("verified", "no"), ("channel", "web"))
