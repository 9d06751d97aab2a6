"""TensorFlow stays out where nothing needs it, and only there."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from bot.engine import light_start
from bot.engine.light_start import NeedsTensorFlow, leave_out_tensorflow, model_components
from bot.engine.model_files import ModelUnusable


def make_model(path: Path, *components: str) -> Path:
    nodes = {str(number): {"uses": component} for number, component in enumerate(components)}
    content = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("metadata.json")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return path


def test_the_products_own_pipeline_needs_none_of_it(model: Path) -> None:
    components = model_components(model)
    assert "bot.engine.topics.TopicClassifier" in components
    assert all(component.startswith(light_start._LIGHT) for component in components)


@pytest.mark.parametrize(
    "component", ["rasa.nlu.classifiers.diet_classifier.DIETClassifier", "rasa.core.policies.ted_policy.TEDPolicy"]
)
def test_a_model_that_may_need_it_gets_the_real_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, component: str
) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    finders = list(sys.meta_path)
    assert not leave_out_tensorflow(make_model(tmp_path / "m.tar.gz", "bot.engine.topics.TopicClassifier", component))
    assert sys.meta_path == finders


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_model_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.tar.gz").write_bytes(content)
    with pytest.raises(ModelUnusable, match="not a trained model"):
        model_components(tmp_path / "m.tar.gz")


def test_the_stand_in_can_be_subclassed_and_says_what_it_is_when_used() -> None:
    layer = NeedsTensorFlow.keras.layers.Layer

    class Mine(layer):  # type: ignore[misc, valid-type]
        """As Rasa does."""

    for using in (Mine, NeedsTensorFlow.constant):
        with pytest.raises(RuntimeError, match="left out"):
            using(1)
