"""From the record to a file to label, and from the labels to the training data."""

from __future__ import annotations

import stat
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import main
from bot.redaction import Redactor
from bot.review import find_missed
from bot.review_labels import LabelsRefused, add_labelled
from bot.review_store import Said

ROOT = Path(__file__).parents[2]

REDACTOR = Redactor("is it covered what about ships my dog for a please really".split())  # noqa: SIM905
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=timezone.utc)


def said(text: str, outcome: str = "clarify", *, conversation: int = 1, confidence: float = 0.4, **more: Any) -> Said:
    common = {"seq": 1, "is_choice": False, "at": NOW, "topics": ("cost",), "places": (), "keys": ("utter_x",)}
    return Said(
        **{
            **common,
            "conversation": conversation,
            "text": text,
            "outcomes": (outcome,),
            "confidence": confidence,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (said("what about ships"), ("clarify",)),
        (said("what about ships", "failure"), ("failure",)),
        (said("what about ships", "failure", keys=("utter_failure_engine",)), None),
        (said("what about ships", "redirect"), ("sent_away_unsure",)),
        (said("what about ships", "redirect", confidence=0.9), None),
        (said("what about ships", "handoff_offered", keys=("utter_free_question_unknown",)), ("nothing_on_file",)),
        (said("what about ships", "answer"), None),
        (said("what about ships", "answer", rating=1), ("rated_low",)),
        (said("what about ships", is_choice=True), None),
        (said("what about ships", "emergency", rating=1), None),
    ],
)
def test_what_the_assistant_missed_is_told_by_its_answer(row: Said, why: tuple[str, ...] | None) -> None:
    assert [missed.why for missed in find_missed([row], REDACTOR)] == ([why] if why else [])


def test_saying_it_again_and_taking_a_coach_are_reasons_in_one_conversation_alone() -> None:
    again = [said("is my dog covered", "answer", confidence=0.9), said("dog covered really", "answer", confidence=0.9)]
    coach = [said("my dog"), said("please", "handoff_waiting", topics=("coach_handoff",))]
    others = [said("is my dog covered", "answer", confidence=0.9, conversation=number) for number in (1, 2)]

    assert [missed.why for missed in find_missed(again, REDACTOR)] == [("reworded",)]
    assert [missed.why for missed in find_missed(coach, REDACTOR)] == [("clarify", "coach_taken")]
    assert find_missed(others, REDACTOR) == []


def test_texts_that_differ_in_small_words_are_one_and_the_most_frequent_comes_first() -> None:
    rows = [said(text, conversation=at) for at, text in enumerate(["my dog", "what about ships", "about ships, what?"])]
    missed = find_missed(rows, REDACTOR)

    assert [(one.count, one.taken_for, one.day) for one in missed] == [
        (2, ("cost",), NOW.date()),
        (1, ("cost",), NOW.date()),
    ]


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu"
    folder.mkdir()
    for topic in ("cost", "greeting"):
        text = f'version: "3.1"\n\nnlu:\n  - intent: {topic}\n    examples: |\n      - the first {topic}\n'
        (folder / f"{topic}.yml").write_text(text)
    return folder


def label(tmp_path: Path, *entries: tuple[str, str]) -> Path:
    file = tmp_path / "review.yml"
    file.write_text(yaml.safe_dump({"missed": [{"text": text, "topic": topic} for text, topic in entries]}))
    return file


def examples(nlu: Path, topic: str) -> list[str]:
    block = yaml.safe_load((nlu / f"{topic}.yml").read_text())["nlu"][0]
    return [line.removeprefix("- ") for line in block["examples"].splitlines()]


def test_labelled_entries_go_to_their_topics(tmp_path: Path, nlu: Path) -> None:
    file = label(
        tmp_path, ("price near [zip]", "cost"), ("hey", ""), ("The first GREETING!", "greeting"), ("yo", "greeting")
    )
    added = add_labelled(file, nlu)

    assert (added.by_topic, added.unlabelled, added.copies) == ({"cost": 1, "greeting": 1}, 1, 1)
    assert examples(nlu, "cost") == ["the first cost", "price near 19104"]
    assert examples(nlu, "greeting") == ["the first greeting", "yo"]


@pytest.mark.parametrize("topic", ["prices", "../cost", "Cost"])
def test_an_unknown_topic_refuses_the_whole_file(tmp_path: Path, nlu: Path, topic: str) -> None:
    with pytest.raises(LabelsRefused):
        add_labelled(label(tmp_path, ("price", "cost"), ("more", topic)), nlu)
    assert examples(nlu, "cost") == ["the first cost"]


@pytest.mark.parametrize("content", ["- a list", "missed: 3", "missed: [3]", "{", "missed: [{topic: cost}]"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, nlu: Path, content: str) -> None:
    (tmp_path / "x.yml").write_text(content)
    with pytest.raises(LabelsRefused):
        add_labelled(tmp_path / "x.yml", nlu)


def test_the_command_writes_for_its_owner_alone_and_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GENE_GUIDE_DATABASE_URL", f"sqlite:///{tmp_path / 'record.sqlite'}")
    out = tmp_path / "not" / "there" / "review.yml"

    assert main(["migrate"]) == 0
    assert main(["review"]) == 1
    assert main(["review", "--out", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert yaml.safe_load(out.read_text()) == {"missed": []}
    assert main(["review", "--out", str(out)]) == 1


@pytest.mark.parametrize("folder", ["var/", ""])
def test_what_members_asked_is_nothing_that_git_takes(folder: str) -> None:
    assert f"$(or $(OUT),{folder or 'var/'}review.yml)" in (ROOT / "Makefile").read_text()
    ignored = subprocess.run(["git", "check-ignore", "-q", f"{folder}review.yml"], cwd=ROOT, check=False)
    assert ignored.returncode == 0
