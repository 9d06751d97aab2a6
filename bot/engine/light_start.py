"""Can this model run without TensorFlow? Then it is never loaded: a third of the memory and half of the start.

Rasa imports TensorFlow with its first line, for components that our pipeline does not have. Where a model needs none
of it, a stand-in takes its place: it can be imported and subclassed, which is all that Rasa does with it then, and
says so clearly should anything try to use it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import sys
import tarfile
import zlib
from collections.abc import MutableSequence, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.engine.model_files import ModelUnusable

# Components that were seen to work without it; a model with any other gets the real TensorFlow.
_LIGHT = (
    "bot.engine.",
    "rasa.core.policies.ensemble.",
    "rasa.core.policies.memoization.",
    "rasa.core.policies.rule_policy.",
    "rasa.graph_components.",
    "rasa.nlu.classifiers.fallback_classifier.",
    "rasa.nlu.classifiers.logistic_regression_classifier.",
    "rasa.nlu.classifiers.regex_message_handler.",
    "rasa.nlu.extractors.entity_synonyms.",
    "rasa.nlu.extractors.regex_entity_extractor.",
    "rasa.nlu.featurizers.sparse_featurizer.",
    "rasa.nlu.tokenizers.whitespace_tokenizer.",
    "rasa.core.featurizers.precomputation.",
)
_ABSENT = "tensorflow"


def leave_out_tensorflow(model: Path) -> bool:
    """Puts the stand-in in place if every component of the model can do without; call it before importing Rasa."""
    if _ABSENT in sys.modules or not all(component.startswith(_LIGHT) for component in model_components(model)):
        return False
    sys.meta_path.insert(0, _StandInFinder())
    _skip_training_graph()
    return True


def model_components(model: Path) -> tuple[str, ...]:
    """The dotted names of the classes that a trained model consists of. Raises ModelUnusable for another file."""
    try:
        with tarfile.open(model) as archive:
            member = next(each for each in archive.getmembers() if Path(each.name).name == "metadata.json")
            content = archive.extractfile(member)
            schema = json.loads(content.read() if content else b"")["predict_schema"]
            return tuple(sorted({node["uses"] for node in schema["nodes"].values()}))
    except (OSError, EOFError, zlib.error, tarfile.TarError, StopIteration, KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"{model} is not a trained model: train it anew.") from error


def _skip_training_graph() -> None:
    """Keeps Rasa from importing the classes that a model was trained with: a serving engine trains nothing."""
    from rasa.engine.storage.storage import ModelMetadata

    read = ModelMetadata.from_dict

    def read_without_training(cls: type, serialized: dict[str, Any]) -> Any:
        return read({**serialized, "train_schema": {"nodes": {}}})

    ModelMetadata.from_dict = classmethod(read_without_training)


class _Anything(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return NeedsTensorFlow


class NeedsTensorFlow(metaclass=_Anything):
    """Stands for everything in TensorFlow; subclassing is all right, using it is not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("TensorFlow was left out, because no component of the loaded model needs it")


class _StandIn(ModuleType):
    __path__: MutableSequence[str] = []  # noqa: RUF012 - what makes it a package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return NeedsTensorFlow


class _StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == _ABSENT or fullname.startswith(f"{_ABSENT}."):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""
