"""Training: only when it is needed, the same every time, and never leaving half a model."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rasa.core.agent import Agent

from bot.engine.loading import load_agent
from bot.engine.model_files import ModelUnusable, data_digest, find_model, is_whole
from bot.engine.training import TrainingFailed, train_if_needed

CONTRADICTION = """version: "3.1"
rules:
  - rule: greeting answered otherwise
    steps:
      - intent: greeting
      - action: utter_clarify
"""
TEXTS = ["hello", "is zolgensma covered", "find a hospital near 43215", "asdf", "GG1000001", "never mind"]


@pytest.fixture
def copy(project: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny project with its trained model and with what Rasa remembers of that training."""
    folder = tmp_path / "copy"
    shutil.copytree(project, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def train(said: list[str]) -> Path:
    return train_if_needed(Path(), Path("models"), said.append)


def test_an_unchanged_project_is_not_trained_again(copy: Path) -> None:
    said: list[str] = []
    before = find_model(Path("models"))
    assert train(said) == before
    assert said == ["The model is up to date:"]


@pytest.mark.parametrize(
    "file",
    ["config.yml", "domain.yml", "data/nlu/examples.yml", "data/rules/rules.yml", "data/responses/responses.yml"],
)
def test_every_ingredient_counts(copy: Path, file: str) -> None:
    before = data_digest(Path())
    Path(file).write_text(Path(file).read_text() + "\n# changed\n")
    assert data_digest(Path()) != before


def test_a_new_name_in_the_content_counts(copy: Path) -> None:
    before = data_digest(Path())
    Path("knowledge/content/therapies/new.yml").write_text("- {id: novelty, brand: Novelty}\n")
    assert data_digest(Path()) != before


def test_changed_wording_trains_no_component_anew(copy: Path) -> None:
    file, said = Path("data/responses/responses.yml"), []
    earlier = find_model(Path("models"))
    file.write_text(file.read_text().replace("Hello. I am", "Good day. I am"))
    model = train(said)
    assert "  unchanged: TopicClassifier" in said
    assert not any(line.startswith("  training") for line in said)
    assert "Good day." in str(load_agent(model).domain.responses["utter_greeting_hello"])
    assert not earlier.exists()


def test_a_new_product_is_known_after_training(copy: Path) -> None:
    Path("knowledge/content/therapies/new.yml").write_text("- {id: novelty, brand: Noveltix}\n")
    reading = asyncio.run(load_agent(train([])).parse_message("does my plan pay for Noveltix"))
    assert [(each["entity"], each["value"]) for each in reading["entities"]] == [("therapy", "novelty")]
    assert reading["intent"]["name"] == "coverage_general"


def test_training_twice_gives_the_same_understanding(copy: Path, agent: Agent, tmp_path: Path) -> None:
    shutil.rmtree("models")
    # Without what Rasa remembers, so that every component is trained anew.
    shutil.rmtree(".rasa")
    said: list[str] = []
    again = load_agent(train(said))
    assert "  training TopicClassifier" in said
    for text in TEXTS:
        one, other = (asyncio.run(each.parse_message(text)) for each in (agent, again))
        assert one["intent_ranking"] == other["intent_ranking"]
        assert one["entities"] == other["entities"]


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("domain.yml", "intents: [", "domain.yml"),
        ("data/rules/more.yml", CONTRADICTION, "ontradict"),
        ("data/responses/more.yml", "responses:\n  utter_clarify:\n  - text: again\n", "utter_clarify"),
        ("knowledge/content/plans.yml", "plans: [", "plans.yml"),
        ("config.yml", "recipe: default.v1\nassistant_id: x\npipeline:\n- name: Nothing\npolicies: []\n", "Nothing"),
    ],
)
def test_a_mistake_in_the_data_is_one_sentence_and_the_old_model_stays(
    copy: Path, file: str, content: str, words: str
) -> None:
    before = find_model(Path("models"))
    Path(file).write_text(content)
    with pytest.raises(TrainingFailed) as failure:
        train([])
    assert words in str(failure.value)
    assert len(str(failure.value).splitlines()) == 1
    assert list(Path("models").iterdir()) == [before]


def test_a_model_that_could_not_speak_of_its_failures_is_refused(copy: Path) -> None:
    file = Path("data/responses/responses.yml")
    file.write_text(file.read_text().replace("utter_failure_silence", "utter_failure_renamed"))
    with pytest.raises(TrainingFailed, match="utter_failure_silence"):
        train([])


@pytest.mark.parametrize("size", [0, 1_000, -1])
def test_a_damaged_model_is_trained_anew(size: int, copy: Path) -> None:
    model, said = find_model(Path("models")), []
    model.write_bytes(model.read_bytes()[:size])
    assert train(said) == model
    assert "damaged" in said[0]
    assert is_whole(model)


def test_what_a_killed_training_left_goes_with_the_next_one(copy: Path) -> None:
    left, going_on = Path("models/.training-killed"), Path("models/.training-elsewhere")
    for folder in (left, going_on):
        folder.mkdir()
        (folder / "half.tar.gz").write_bytes(b"half a model")
    os.utime(left, (time.time() - 7200,) * 2)
    find_model(Path("models")).unlink()
    train([])
    assert not left.exists()
    assert going_on.exists()


def test_what_somebody_else_put_there_later_is_neither_named_nor_served(copy: Path) -> None:
    own = find_model(Path("models"))
    other = Path("models/20261122-093000-late-night.tar.gz")
    other.write_bytes(own.read_bytes()[:-10])
    os.utime(other, (own.stat().st_mtime + 1,) * 2)
    environment = {**os.environ, "GENE_GUIDE_MODEL": "models"}
    command = [sys.executable, "-m", "bot.engine", "train"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, str(own))
    assert find_model(Path("models")) == own
    # A model that came without what it was made of is served all the same.
    own.unlink()
    assert find_model(Path("models")) == other


def test_a_missing_project_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainingFailed, match=r"config\.yml"):
        train([])


def test_a_file_in_the_place_of_the_folder_is_named(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(TrainingFailed, match="needs a folder"):
        train_if_needed(Path(), tmp_path / "models", lambda line: None)


def test_no_model_and_a_broken_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="no trained model"):
        find_model(tmp_path)
    (tmp_path / "broken.tar.gz").write_bytes(b"")
    with pytest.raises(ModelUnusable, match="cannot be loaded"):
        load_agent(find_model(tmp_path))
