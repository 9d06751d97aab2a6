"""Do the soak's checks see what is lost, doubled, or left unasked or unanswered? On damaged records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa

from bot.conversations.tables_store import conversations, messages, turns
from bot.database.database import create_database_engine
from tests.benchmark.soak_checks import Asking, check_asking, check_record, measure_asking
from tests.benchmark.soak_members import Acknowledged, Kill, Story

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
TOLD = [
    Acknowledged("talk", key, f"question {key}", f"asked-{key}", (f"answer-{key}",), False, 1, 0.1, 0.0)
    for key in ("one", "two")
]

Damage = Callable[[sa.Connection], object]


def _message(seq: int, message_id: str, author: str, **more: str) -> dict[str, object]:
    lists = {"quick_replies": [], "cards": [], "citations": [], "facts": []}
    optional = {"text": "said", "client_message_id": None, "reply_to": None}
    return {
        **{"id": message_id, "conversation_id": "talk", "seq": seq, "author": author, "created_at": NOW},
        **lists,
        **optional,
        **more,
    }


@pytest.fixture
def record_url(sqlite_url: str) -> str:
    """A record in which two messages were asked and answered, as TOLD has it."""
    engine = create_database_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(conversations).values(
                **{"id": "talk", "token_hash": "x", "channel": "web", "locale": "en", "holder": "assistant"},
                **{"created_at": NOW, "expires_at": NOW, "last_seq": 5, "version": 1},
            )
        )
        rows = [_message(1, "greeting", "assistant")]
        for each in TOLD:
            asked = {"text": each.text, "client_message_id": each.client_message_id}
            rows.append(_message(len(rows) + 1, each.message_id, "member", **asked))
            rows.append(_message(len(rows) + 1, each.reply_ids[0], "assistant", reply_to=each.message_id))
        connection.execute(sa.insert(messages), rows)
        answered = [{"message_id": each.message_id, "understood": {}, "state": {}, "answered_at": NOW} for each in TOLD]
        connection.execute(sa.insert(turns), answered)
    engine.dispose()
    return sqlite_url


def _damage(url: str, damage: Damage) -> None:
    # Not the product's own engine: that one keeps foreign keys whole.
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        damage(connection)
    engine.dispose()


def test_a_record_in_which_everything_stands_once_is_right(record_url: str) -> None:
    assert check_record(record_url, TOLD) == []


@pytest.mark.parametrize(
    ("damage", "number"),
    [
        # An acknowledged message that is gone leaves its answer and a gap behind.
        (lambda record: record.execute(sa.delete(messages).where(messages.c.id == "asked-two")), 2),
        (
            lambda record: record.execute(
                sa.insert(messages), _message(6, "again", "member", client_message_id="more", text="question two")
            ),
            3,
        ),
        (lambda record: record.execute(sa.delete(turns).where(turns.c.message_id == "asked-one")), 1),
        (lambda record: record.execute(sa.delete(messages).where(messages.c.id == "answer-two")), 2),
        (
            lambda record: record.execute(
                sa.insert(messages), _message(6, "answer-three", "assistant", reply_to="asked-two")
            ),
            2,
        ),
        (
            lambda record: record.execute(sa.update(messages).where(messages.c.id == "asked-one").values(text="other")),
            2,
        ),
        (lambda record: record.execute(sa.update(conversations).values(last_seq=6)), 1),
    ],
    ids=["lost", "doubled", "without a turn", "answer lost", "answered twice", "other words", "a gap"],
)
def test_what_is_damaged_is_seen(record_url: str, damage: Damage, number: int) -> None:
    _damage(record_url, damage)
    assert len(check_record(record_url, TOLD)) == number


def test_what_nobody_was_told_of_is_seen(record_url: str) -> None:
    assert len(check_record(record_url, TOLD[:1])) == 1


def _told(at: float, *, apologised: bool) -> Acknowledged:
    return Acknowledged("talk", "key", "question", "asked", ("answer",), apologised, 1, 0.5, at)


def _measure(*apologised_at: float, asked: int = 100) -> Asking:
    """A hundred seconds with one outage from 20 to 25 (the answer) and 28 (the grace), at a turn a second."""
    story = Story(asked=[float(at) for at in range(asked)], kills=[Kill("engine", 20.0, 5.0)])
    story.acknowledged += [_told(at, apologised=True) for at in apologised_at]
    story.acknowledged += [_told(float(at), apologised=False) for at in range(100)]
    return measure_asking(story, 0.0, 100.0)


def test_an_apology_is_excused_only_while_something_is_down() -> None:
    assert _measure(20.1, 24.0, 28.4).apologised_at == ()
    # Told before the kill; asked when everything had been back for longer than a turn takes.
    assert _measure(19.9, 28.6).apologised_at == (19.9, 28.6)
    assert len(check_asking(_measure(60.0), 1.0)) == 1
    assert check_asking(_measure(22.0), 1.0) == []


def test_a_soak_that_did_not_ask_what_it_planned_fails() -> None:
    assert _measure().asked_a_second == pytest.approx(1.0, rel=0.02)
    assert check_asking(_measure(asked=95), 1.0) == []
    assert len(check_asking(_measure(asked=80), 1.0)) == 1
    # What is not asked in an outage is asked too little by nobody.
    idle = Story(asked=[*map(float, range(20)), *map(float, range(28, 100))], kills=[Kill("engine", 20.0, 5.0)])
    assert check_asking(measure_asking(idle, 0.0, 100.0), 1.0) == []
