"""Whatever the product said comes out again from what is stored: today, after another release, after an archive."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml

from bot.conversations.ids import RandomIds
from bot.conversations.live import LiveHub
from bot.conversations.model import Author, Channel, Message
from bot.conversations.record import ConversationSettings, Record
from bot.conversations.rows import read_message
from bot.conversations.service import ConversationService
from bot.conversations.store import SqlConversationStore
from bot.conversations.tables_store import messages
from bot.database import Database
from bot.wording import load_wording
from knowledge.bootstrap import build_knowledge
from knowledge.plan_calendar import DEFAULT_TIME_ZONE, today
from knowledge.policies.import_store import retire
from knowledge.policies.store import facts, list_versions, passages
from knowledge.reliance.model import FactNode, RelianceRecord
from knowledge.reliance.service import Replay
from knowledge.reliance.store import RelianceStore
from knowledge.shipped.files import CONTENT
from knowledge.shipped.importer import load_content
from knowledge.therapies.store import catalogue_versions
from tests.databases import open_database
from tests.knowledge.reliance.walk import QUESTIONS, walk
from tests.product import ROOT, RunningProduct

# Longer than names and days are, which may be in a sentence, too.
_A_STATEMENT = 40
# What is shipped, at the very least.
_MANY = 200
# What the catalogue says in whole sentences.
_SENTENCES = ("definition", "do_not_mix_up", "reason", "what")
# What is said of a product in words of ours.
_PHRASES = ("route", "dosing", "setting", "ages", "manufacturer")


def now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Told:
    """What the product has told members, in a database of its own: what happens to it disturbs nobody."""

    path: Path
    messages: tuple[Message, ...]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


@pytest.fixture(scope="module")
def told(running_product: RunningProduct, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Everything that the walk made the product say, and what other tests had made it say before."""
    asyncio.run(walk(running_product.base_url))
    path = tmp_path_factory.mktemp("told") / "told.sqlite"
    source = sqlite3.connect(running_product.database_url.removeprefix("sqlite:///"))
    with source, sqlite3.connect(path) as target:
        source.backup(target)
    source.close()
    engine = sa.create_engine(f"sqlite:///{path}")
    by_us = messages.c.author.in_([Author.ASSISTANT.value, Author.SYSTEM.value])
    with engine.connect() as connection:
        said = tuple(read_message(row) for row in connection.execute(sa.select(messages).where(by_us)))
    engine.dispose()
    return Told(path, said)


@pytest.fixture
async def database(told: Told) -> AsyncIterator[Database]:
    database = open_database(told.url)
    yield database
    await database.close()


async def replay_all(database: Database, told: Told) -> dict[str, tuple[str | None, Replay]]:
    """Response key and replay of each message that does not come out again, by its id."""
    service = build_knowledge(database, now).reliance
    replays = {each.id: (each.key, (await service.explain(each.id, each.text)).replay) for each in told.messages}
    return {message_id: found for message_id, found in replays.items() if not found[1].same}


async def find_records(database: Database, told: Told) -> dict[str, RelianceRecord]:
    store = RelianceStore(database)
    found = {message.id: await store.find_record(message.id) for message in told.messages}
    return {message_id: record for message_id, record in found.items() if record}


async def test_the_walk_says_something_of_every_kind_in_enough_messages(told: Told, database: Database) -> None:
    spoken = {message.topic for message in told.messages if message.facts or message.citations}
    # What the health coaches do, say, is told where a payer's page is on file.
    assert set(QUESTIONS) - spoken == set()
    assert len(told.messages) >= 60
    assert {message.channel for message in told.messages} == {Channel.WEB, Channel.SMS}
    assert {card["kind"] for message in told.messages for card in message.cards} >= {
        "facility",
        "policy",
        "eligibility",
    }


async def test_every_message_of_ours_comes_out_again_byte_for_byte(told: Told, database: Database) -> None:
    assert await replay_all(database, told) == {}


async def test_every_fact_is_in_the_record_by_reference(told: Told, database: Database) -> None:
    records = await find_records(database, told)
    for message in told.messages:
        referred = {node.fact for node in records[message.id].nodes if isinstance(node, FactNode)}
        assert referred == set(message.facts), message.key


async def test_no_value_of_its_own_holds_what_is_stored_elsewhere(told: Told, database: Database) -> None:
    kept = await database.read(_read_statements)
    assert len(kept) > _MANY
    for message_id, record in (await find_records(database, told)).items():
        for literal in (node for node in record.nodes if isinstance(node, str) and len(node) >= _A_STATEMENT):
            # A long name may stand in a sentence that is kept; a sentence of its own may not.
            is_sentence = literal.rstrip("”").endswith(".")
            assert not any(text in literal or (is_sentence and literal in text) for text in kept), message_id


def _read_statements(connection: sa.Connection) -> list[str]:
    """Every sentence that is kept in versions: facts, passages, and what the catalogue says in sentences."""
    told = [*connection.execute(sa.select(facts.c.text)).scalars()]
    told += connection.execute(sa.select(passages.c.rendering)).scalars()
    for entry in connection.execute(sa.select(catalogue_versions.c.entry)).scalars():
        told += [entry[name] for name in _SENTENCES if entry.get(name)]
    return [text for text in told if len(text) >= _A_STATEMENT]


async def test_an_answer_of_documents_names_its_day_its_versions_and_their_checksums(
    told: Told, database: Database
) -> None:
    service = build_knowledge(database, now).reliance
    answers = [message for message in told.messages if message.facts]
    for message in answers:
        explained = await service.explain(message.id, message.text)
        assert explained.as_of is not None, message.key
        assert {fact.id for version in explained.versions for fact in version.facts} == set(message.facts)
        for version in explained.versions:
            assert version.document is not None
            assert version.document.checksum.startswith(version.version.rpartition("@")[2])


async def test_the_day_of_the_record_is_the_day_asked_about(told: Told, database: Database) -> None:
    records = await find_records(database, told)
    before = ("utter_not_on_day", "utter_policy_lookup_not_in_force")
    days = {message.key: records[message.id].as_of for message in told.messages if message.key in before}
    assert days == dict.fromkeys(before, date(2026, 4, 30))


async def test_it_comes_out_again_after_other_releases_new_versions_and_an_archive(
    told: Told, database: Database, tmp_path: Path
) -> None:
    before = await find_records(database, told)
    load_content(database, folder=_next_release(tmp_path / "content"))
    await _say_with_other_words(database, _reworded(tmp_path / "responses"))

    def archive(connection: sa.Connection) -> int:
        day = today(DEFAULT_TIME_ZONE, now())
        versions = [document for document in list_versions(connection) if not document.is_withdrawn]
        for document in versions:
            retire(connection, document.version_id, max(day, document.in_force_from), today=day, at_once=True)
        return len(versions)

    assert await database.write(archive) > 0
    current = [
        found for found in await build_knowledge(database, now).policies.list_versions() if not found.is_withdrawn
    ]
    spoken = {node.version for record in before.values() for node in record.nodes if isinstance(node, FactNode)}
    # Nothing that was spoken is among what is current now.
    assert spoken
    assert spoken & {document.version_id for document in current} == set()
    assert await replay_all(database, told) == {}


def test_the_command_explains_a_message_and_says_when_it_does_not_come_out_again(told: Told, tmp_path: Path) -> None:
    answer = next(message for message in told.messages if message.facts)
    path = shutil.copy(told.path, tmp_path / "changed.sqlite")
    good = _why(told.url, answer.id)
    assert (good.returncode, good.stderr) == (0, "")
    for part in (answer.id, answer.key, *answer.facts, "sha-256", "byte for byte"):
        assert str(part) in good.stdout
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE messages SET text = text || ' ' WHERE id = ?", (answer.id,))
        connection.commit()
    changed = _why(f"sqlite:///{path}", answer.id)
    assert changed.returncode == 1
    assert "TEXT_DIFFERS" in changed.stdout


def _why(url: str, message_id: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot.cli", "knowledge", "why", message_id],
        cwd=ROOT,
        env={**os.environ, "GENE_GUIDE_DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _next_release(folder: Path) -> Path:
    """The shipped content with every fact, and much of what is known of each product, worded otherwise."""
    shutil.copytree(CONTENT, folder)
    for path in sorted((folder / "documents").glob("*.yml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for fact in document["facts"]:
            fact["text"] = f"In other words: {fact['text']}"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
    for path in sorted((folder / "therapies").glob("*.yml")):
        product = yaml.safe_load(path.read_text(encoding="utf-8"))
        reworded = {name: f"{product[name]}, new" for name in _PHRASES if isinstance(product.get(name), str)}
        path.write_text(yaml.safe_dump({**product, **reworded}), encoding="utf-8")
    return folder


def _reworded(folder: Path) -> Path:
    """All responses in other words."""
    folder.mkdir()
    for path in sorted((ROOT / "data/responses").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for variant in (variant for variants in content["responses"].values() for variant in variants):
            variant["text"] = f"Newly worded: {variant['text']}"
        (folder / path.name).write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


async def _say_with_other_words(database: Database, folder: Path) -> None:
    """A release that says the same keys in other words records its messages beside the old ones."""
    record = Record(SqlConversationStore(database), now, RandomIds(), ConversationSettings(), LiveHub())
    greeting = load_wording(folder).draft("utter_greeting_first", Channel.WEB)
    [said] = (await ConversationService(record).open_conversation(channel=Channel.WEB, greeting=(greeting,))).messages
    assert (await build_knowledge(database, now).reliance.explain(said.id, said.text)).replay.same
