"""What a coach sees first: everything that the record says, each line at its message, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.handoff import Callback, CoachId, CoachRef, HandoffOutcome, PastHandoff, Urgency
from bot.conversations.model import (
    Author,
    Channel,
    Conversation,
    ConversationId,
    Holder,
    Message,
    MessageId,
    Understood,
)
from bot.conversations.packet import Packet, PacketLine, RequestFacts, build_packet
from bot.conversations.transcript import ANSWERED, UNANSWERED
from bot.conversations.vocabulary import HANDOFF_CHOICE, TOPICS

START = datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc)
QUARTER = timedelta(minutes=15)
CITATION = {"document": "Gene Therapies", "number": "MP-AD-1623", "payer": "CareSource"}
NURSE = CoachRef(CoachId("c" * 32), "Ruth A., RN")


class Cast:
    """A conversation of Priya's, written down line by line; a minute passes with each."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.understood: dict[MessageId, Understood] = {}

    @property
    def now(self) -> datetime:
        return START + timedelta(minutes=len(self.messages))

    def priya(self, text: str, *topics: str, language: str = "en", choice: str | None = None, **named: str) -> Message:
        message = self._add(Author.MEMBER, text, choice=choice)
        entities = {name: (value,) for name, value in named.items()}
        self.understood[message.id] = Understood(topics, language, entities, 0.9)
        return message

    def assistant(self, outcome: str, topic: str | None = None, **fields: object) -> Message:
        return self._reply(Author.ASSISTANT, outcome, topic, **fields)

    def gate(self, outcome: str) -> Message:
        return self._reply(Author.SYSTEM, outcome, None)

    def ruth(self, text: str) -> Message:
        return self._add(Author.COACH, text, author_name=NURSE.name)

    def _reply(self, author: Author, outcome: str, topic: str | None, **fields: object) -> Message:
        asked = next((each.id for each in reversed(self.messages) if each.author is Author.MEMBER), None)
        return self._add(author, f"About {topic}", outcome=outcome, topic=topic, reply_to=asked, **fields)

    def _add(self, author: Author, text: str, **fields: object) -> Message:
        seq = len(self.messages) + 1
        message = Message(author, text, id=MessageId(f"{seq:032x}"), seq=seq, created_at=self.now)
        self.messages.append(replace(message, **fields))  # type: ignore[arg-type]
        return self.messages[-1]

    def packet(
        self,
        request: RequestFacts | None = None,
        past: PastHandoff | None = None,
        callback: Callback | None = None,
        **fields: object,
    ) -> Packet:
        conversation = Conversation(
            ConversationId("a" * 32), Channel.WEB, Holder.WAITING, START, START + timedelta(days=1), "hash"
        )
        return build_packet(
            replace(conversation, **fields),  # type: ignore[arg-type]
            self.messages,
            self.understood,
            request or self.request(),
            past,
            self.now,
            verified_for=QUARTER,
            callback=callback,
        )

    def request(self, cause: str = "words", reason: str = "coach_handoff", **fields: object) -> RequestFacts:
        facts = RequestFacts(cause, reason, self.now, Urgency.NORMAL)
        return replace(facts, **fields)  # type: ignore[arg-type]


def of(packet: Packet, *kinds: str) -> list[PacketLine]:
    return [line for line in packet.lines if line.kind in kinds]


def line(kind: str, message: Message | None, label_key: str | None = None, **fields: object) -> PacketLine:
    found = PacketLine(kind, label_key, **fields)  # type: ignore[arg-type]
    return replace(found, message_id=message.id, seq=message.seq) if message else found


def test_a_whole_conversation() -> None:
    cast = Cast()
    cast.assistant("answer", "greeting")
    named = cast.priya("Is Zolgensma covered for my son?", "coverage_general", therapy="zolgensma", for_whom="child")
    cast.assistant("ask", "coverage_general")
    plan = cast.priya("CareSource", "coverage_general", plan="caresource")
    covered = cast.assistant("answer", "coverage_general", citations=(CITATION,))
    near = cast.priya("which hospital is near 43215", "facility_search", zip_code="43215")
    hospitals = cast.assistant("facilities", "facility_search")
    cost = cast.priya("how much will it cost us?", "cost")
    cast.assistant("handoff_offered", "cost")
    wants = cast.priya("can I talk to a person", "coach_handoff")
    told = cast.assistant("handoff_waiting", "coach_handoff")
    packet = cast.packet(cast.request(reason="cost", message_id=told.id), plan_id="caresource", state="OH")
    assert packet.lines == (
        line("request", wants, "words", value="cost", quote=wants.text, at=cast.now),
        line("question", cost, value="cost", quote=cost.text),
        line("not_answered", cost, "handoff_offered", value="cost", quote=cost.text),
        line("said", hospitals, "facilities", value="facility_search"),
        line("said", covered, "answer", value="coverage_general", citations=(CITATION,)),
        line("verified", None, value="no"),
        line("for_whom", named, value="child"),
        line("therapy", named, value="zolgensma"),
        line("zip_code", near, value="43215"),
        line("plan", plan, value="caresource"),
        line("state", None, "conversation", value="OH"),
        line("language", wants, value="en"),
        line("language", None, "locale", value="en"),
        line("channel", wants, value="web"),
    )


def test_an_empty_conversation_has_only_what_is_always_known() -> None:
    packet = Cast().packet(cause_of := Cast().request("button"), locale="es", channel=Channel.SMS)
    assert packet.lines == (
        line("request", None, "button", at=cause_of.requested_at),
        line("verified", None, value="no"),
        line("language", None, "locale", value="es"),
        line("channel", None, value="sms"),
    )


def test_a_pressed_button_is_not_quoted_and_its_reason_is() -> None:
    cast = Cast()
    cast.priya("Is it covered?", "coverage_general")
    pressed = cast.priya("Talk to a coach", "coach_handoff", choice=HANDOFF_CHOICE)
    told = cast.assistant("handoff_waiting", "coach_handoff")
    (asked,) = of(cast.packet(cast.request("button", message_id=told.id)), "request")
    assert (asked.quote, asked.value, asked.seq) == (None, None, pressed.seq)
    # Pressed on the page with words beside it: these stand in no message.
    told = replace(told, reply_to=None)
    first, second = of(cast.packet(cast.request("button", "my mother's letter", requested_at=START)), "request")
    assert first.message_id is None
    assert second == line("request", None, "reason", quote="my mother's letter")


def test_who_asks_again_later_asked_the_first_time() -> None:
    cast = Cast()
    first = cast.priya("a person please", "coach_handoff")
    request = cast.request()
    cast.assistant("handoff_waiting", "coach_handoff")
    cast.priya("hello? a person", "coach_handoff")
    again = cast.assistant("handoff_waiting", "coach_handoff")
    (asked,) = of(cast.packet(replace(request, message_id=again.id)), "request")
    assert (asked.quote, asked.seq) == (first.text, first.seq)


def test_a_request_by_repeated_failure_points_to_the_failure() -> None:
    cast = Cast()
    asked = cast.priya("wie viel kostet das alles")
    cast.assistant("failure")
    again = cast.priya("how much is all this then")
    failed = cast.assistant("failure")
    packet = cast.packet(cast.request("failure"))
    (request,) = of(packet, "request")
    assert (request.label_key, request.quote, request.seq) == ("failure", None, failed.seq)
    assert of(packet, "question") == [line("question", again, quote=again.text)]
    assert of(packet, "not_answered") == [
        line("not_answered", again, "failure", quote=again.text),
        line("not_answered", asked, "failure", quote=asked.text),
    ]


def test_danger_stands_first_with_the_words_that_caused_it() -> None:
    cast = Cast()
    cast.priya("is it covered?", "coverage_general")
    cast.assistant("answer", "coverage_general")
    said = cast.priya("my chest hurts and I can't breathe", "emergency")
    warning = cast.gate("emergency")
    request = cast.request("safety", "emergency", urgency=Urgency.URGENT, message_id=warning.id)
    packet = cast.packet(request)
    assert packet.lines[:2] == (
        line("request", said, "safety", value="emergency", quote=said.text, at=request.requested_at),
        line("urgency", said, "emergency", value="urgent", quote=said.text),
    )
    (question,) = of(packet, "question")
    assert question.quote == "is it covered?"
    # Whoever wrote it a while ago and waits for something else now: the coach still sees it.
    calm = of(cast.packet(cast.request()), "urgency")
    assert [(each.value, each.label_key, each.seq) for each in calm] == [("normal", "emergency", said.seq)]


def test_danger_from_a_number_that_may_not_be_texted_has_no_warning() -> None:
    cast = Cast()
    said = cast.priya("I want to die", "crisis")
    (urgency,) = of(cast.packet(cast.request("safety", "crisis", urgency=Urgency.URGENT)), "urgency")
    assert (urgency.quote, urgency.label_key, urgency.seq) == (said.text, "crisis", said.seq)


def test_danger_that_stands_in_no_message_points_to_the_warning() -> None:
    cast = Cast()
    cast.priya("is it covered?", "coverage_general")
    warning = replace(cast.gate("crisis"), reply_to=None)
    cast.messages[-1] = warning
    (urgency,) = of(cast.packet(cast.request("safety", "", urgency=Urgency.URGENT)), "urgency")
    assert (urgency.quote, urgency.seq) == (None, warning.seq)


@pytest.mark.parametrize(
    ("text", "topics", "choice"),
    [
        ("19104", ("cost",), None),
        ("thanks!", ("thanks_goodbye",), None),
        ("are you a robot?", ("identity",), None),
        ("yes", ("affirm",), None),
        ("asdf", ("gibberish",), None),
        ("ok then", (), None),
        ("Tell me more", ("cost",), "/more"),
        ("CareSource", ("cost",), '/inform{"plan": "caresource"}'),
        ("Talk to a coach", ("coach_handoff",), HANDOFF_CHOICE),
    ],
)
def test_small_talk_and_answers_are_not_the_question(text: str, topics: tuple[str, ...], choice: str | None) -> None:
    cast = Cast()
    question = cast.priya("how much does it cost?", "cost")
    cast.assistant("answer", "cost")
    cast.priya(text, *topics, choice=choice)
    assert of(cast.packet(), "question") == [line("question", question, value="cost", quote=question.text)]


def test_an_answer_to_the_assistant_s_question_is_not_the_question() -> None:
    cast = Cast()
    question = cast.priya("which hospital is near", "facility_search")
    cast.assistant("ask", "facility_search")
    cast.priya("we live in Bucks county near the river", "facility_search")
    assert [each.seq for each in of(cast.packet(), "question")] == [question.seq]
    cast.assistant("ask", "facility_search")
    other = cast.priya("wait what does it cost us", "cost")
    assert [each.seq for each in of(cast.packet(), "question")] == [other.seq]
    pressed = cast.priya("Is it covered?", "coverage_general", choice="/coverage_general")
    assert [each.seq for each in of(cast.packet(), "question")] == [pressed.seq]


def test_what_the_member_told_a_coach_is_not_a_question_to_the_assistant() -> None:
    cast = Cast()
    cast.ruth("How are you doing?")
    cast.priya("we are doing all right today")
    assert of(cast.packet(), "question") == []


def test_each_topic_was_said_once_with_its_newest_answer_and_at_most_five() -> None:
    cast = Cast()
    topics = ["cost", "candidacy", "precertification", "policy_lookup", "safety_risks", "coach_about", "cost"]
    for topic in topics:
        cast.priya(f"what about {topic}", topic)
        cast.assistant("answer", topic)
    said = of(cast.packet(), "said")
    assert [each.value for each in said] == ["cost", "coach_about", "safety_risks", "policy_lookup", "precertification"]
    assert said[0].seq == 14


def test_what_was_answered_later_is_not_open() -> None:
    cast = Cast()
    cast.priya("what does it cost?", "cost")
    cast.assistant("handoff_offered", "cost")
    advice = cast.priya("should I take it?", "medical_advice")
    cast.assistant("medical_boundary", "medical_advice")
    cast.priya("and with CareSource, what does it cost?", "cost")
    cast.assistant("answer", "cost")
    assert [(each.value, each.seq) for each in of(cast.packet(), "not_answered")] == [("medical_advice", advice.seq)]


def test_the_newest_value_wins_and_older_ones_are_earlier() -> None:
    cast = Cast()
    first = cast.priya("zolgensma for sma", "therapy_info", therapy="zolgensma", condition="sma")
    second = cast.priya("or is it luxturna", "therapy_info", therapy="luxturna")
    third = cast.priya("luxturna it is", "therapy_info", therapy="luxturna")
    assert second != third
    assert of(cast.packet(), "therapy", "condition") == [
        line("therapy", third, value="luxturna"),
        line("therapy", first, "earlier", value="zolgensma"),
        line("condition", first, value="sma"),
    ]
    both = cast.priya("both", "therapy_info")
    cast.understood[both.id] = Understood(("therapy_info",), "en", {"therapy": ("zolgensma", "kymriah")})
    labels = [(each.value, each.label_key) for each in of(cast.packet(), "therapy")]
    assert labels == [("zolgensma", None), ("kymriah", None), ("luxturna", "earlier")]


def test_who_does_not_know_their_plan_has_named_none() -> None:
    cast = Cast()
    cast.priya("Not sure", "cost", plan="unknown", choice='/inform{"plan": "unknown"}')
    assert of(cast.packet(), "plan") == []


def test_an_identity_proof_counts_while_it_stands() -> None:
    cast = Cast()
    cast.priya("GG1000003", "eligibility_member")
    proof = cast.assistant("verified", "eligibility_member")
    proven: dict[str, object] = {"verified_member_id": "m", "verified_at": START, "last_member_message_at": cast.now}
    assert of(cast.packet(**proven), "verified") == [line("verified", proof, value="yes", at=cast.now + QUARTER)]
    stale = {**proven, "last_member_message_at": START - QUARTER, "verified_at": START - QUARTER}
    assert of(cast.packet(**stale), "verified") == [line("verified", None, value="no")]


def test_the_language_is_the_one_mostly_written() -> None:
    cast = Cast()
    cast.priya("hola", "greeting", language="es")
    spanish = cast.priya("¿cuánto cuesta?", "cost", language="es")
    cast.priya("ok", "affirm", language="en")
    cast.priya("43215", "cost", language="und")
    assert of(cast.packet(), "language") == [
        line("language", spanish, value="es"),
        line("language", None, "locale", value="en"),
    ]


def test_the_call_back_and_the_last_coach_s_outcome() -> None:
    cast = Cast()
    answer = cast.ruth("I have sent you the form.")
    recorded = cast.assistant("callback_recorded", "coach_handoff")
    past = PastHandoff(NURSE, HandoffOutcome.FOLLOW_UP, "Wants the form again.", cast.now)
    callback = Callback(
        1, "a" * 32, date(2026, 11, 24), "morning", "+12155550100", "America/New_York", "open", None, 0, None, START, 1
    )
    packet = cast.packet(None, past, callback)
    assert packet.lines[-2:] == (
        line("callback", recorded, "morning", value="2026-11-24", at=START),
        line("before", answer, value="follow_up", quote="Wants the form again.", at=cast.now),
    )
    assert "0100" not in repr(packet)
    assert of(cast.packet(None, past, replace(callback, status="done")), "callback") == []


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
