"""How does the sentence model turn a text's tokens into a vector? BERT's layers, with numpy and without copies.

A short question is over 42 MB of weights and few sums: what takes the time is to move the weights. So they stay where
they are mapped, tokens stand in columns, and a matrix is taken in blocks that are small enough for OpenBLAS not to copy
them first (`sgemm_small_kernel_permit`: a million multiplications at most). That halves the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[numpy.float32]

WIDTH = 384
_LAYERS, _HEADS = 6, 12
_EPSILON = numpy.float32(1e-12)
# How many rows a block may have; each divides every matrix.
_BLOCKS = (96, 48, 32, 16)
_MOST_SUMS = 1_000_000
# So many numbers and what is worked out of them fit into a processor's own memory.
_MOST_AT_ONCE = 50_000
_MEAN = numpy.full(WIDTH, 1 / WIDTH, numpy.float32)
# The error function by Abramowitz and Stegun 7.1.26 (wrong by 1.5e-7 at most), the highest power first.
_CURVE = tuple(map(numpy.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
_STEP = numpy.float32(0.3275911 / 2**0.5)
_HALF = numpy.float32(0.5)


class _Linear:
    """A matrix and what is added; columns in, columns out."""

    def __init__(self, weights: Mapping[str, Floats], name: str) -> None:
        # Plain arrays: each use of a numpy.memmap makes another object.
        self._weight = numpy.asarray(weights[f"{name}.weight"])
        self._bias = numpy.asarray(weights[f"{name}.bias"])[:, None]

    def __call__(self, value: Floats) -> Floats:
        rows = next((size for size in _BLOCKS if size * value.size <= _MOST_SUMS), len(self._weight))
        blocks = self._weight.reshape(-1, rows, len(value))
        result: Floats = (blocks @ value).reshape(len(self._weight), -1)
        result += self._bias
        return result


class _Norm:
    """Brings each column to the same mean and spread."""

    def __init__(self, weights: Mapping[str, Floats], name: str) -> None:
        self._weight = numpy.asarray(weights[f"{name}.weight"])[:, None]
        self._bias = numpy.asarray(weights[f"{name}.bias"])[:, None]

    def __call__(self, value: Floats) -> Floats:
        value -= _MEAN @ value
        value /= numpy.sqrt(_MEAN @ (value * value) + _EPSILON)
        value *= self._weight
        value += self._bias
        return value


@dataclass(frozen=True)
class _Layer:
    """One of the six: who attends to whom, then each token by itself."""

    query: _Linear
    key: _Linear
    content: _Linear
    attended: _Linear
    attended_norm: _Norm
    widen: _Linear
    narrow: _Linear
    norm: _Norm

    @classmethod
    def of(cls, weights: Mapping[str, Floats], name: str) -> _Layer:
        return cls(
            query=_Linear(weights, f"{name}.attention.self.query"),
            key=_Linear(weights, f"{name}.attention.self.key"),
            content=_Linear(weights, f"{name}.attention.self.value"),
            attended=_Linear(weights, f"{name}.attention.output.dense"),
            attended_norm=_Norm(weights, f"{name}.attention.output.LayerNorm"),
            widen=_Linear(weights, f"{name}.intermediate.dense"),
            narrow=_Linear(weights, f"{name}.output.dense"),
            norm=_Norm(weights, f"{name}.output.LayerNorm"),
        )

    def __call__(self, value: Floats, texts: int) -> Floats:
        """`value` has the tokens of the texts one after the other, all texts being of one length."""
        heads = (_HEADS, WIDTH // _HEADS, texts, -1)
        # A text's tokens attend to each other alone.
        query, key, content = (
            part(value).reshape(heads).transpose(0, 2, 1, 3) for part in (self.query, self.key, self.content)
        )
        # A row for each token that attends.
        shares = query.swapaxes(-1, -2) @ key
        shares *= numpy.float32((WIDTH // _HEADS) ** -0.5)
        shares -= shares.max(axis=-1, keepdims=True)
        numpy.exp(shares, out=shares)
        shares /= shares.sum(axis=-1, keepdims=True)
        attended = (content @ shares.swapaxes(-1, -2)).transpose(0, 2, 1, 3).reshape(WIDTH, -1)
        value = self.attended_norm(value + self.attended(attended))
        wide = self.widen(value)
        rows = max(1, _MOST_AT_ONCE // wide.shape[1])
        for at in range(0, len(wide), rows):
            _gelu(wide[at : at + rows])
        return self.norm(value + self.narrow(wide))


class Encoder:
    """The model's layers; give it the numbers of tokens, get a vector of length 1."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._words = numpy.asarray(weights["embeddings.word_embeddings.weight"])
        self._places = numpy.asarray(weights["embeddings.position_embeddings.weight"])
        self._kind = numpy.asarray(weights["embeddings.token_type_embeddings.weight"])[0]
        self._norm = _Norm(weights, "embeddings.LayerNorm")
        self._layers = tuple(_Layer.of(weights, f"encoder.layer.{number}") for number in range(_LAYERS))

    def read(self, tokens: list[int]) -> Floats:
        """The mean of what the last layer says of the tokens, brought to length 1; 384 numbers."""
        vector: Floats = self.read_alike([tokens])[0]
        return vector

    def read_alike(self, texts: list[list[int]]) -> Floats:
        """The vectors of texts of the same number of tokens, a row for each: faster than one by one."""
        length = len(texts[0])
        tokens = [token for text in texts for token in text]
        places = numpy.tile(self._places[:length], (len(texts), 1))
        value = numpy.ascontiguousarray((self._words[tokens] + places + self._kind).T)
        value = self._norm(value)
        for layer in self._layers:
            value = layer(value, len(texts))
        mean = value.reshape(WIDTH, len(texts), length).mean(axis=2).T
        vectors: Floats = mean / numpy.linalg.norm(mean, axis=1, keepdims=True)
        return vectors


def _gelu(value: Floats) -> None:
    """The model's activation, in place: what is above zero, less half of what the error function leaves of the size."""
    size = numpy.abs(value)
    step = size * _STEP
    step += 1
    numpy.divide(1, step, out=step)
    left = step * _CURVE[0]
    for power in _CURVE[1:]:
        left += power
        left *= step
    numpy.multiply(size, size, out=step)
    step *= -_HALF
    left *= numpy.exp(step, out=step)
    left *= size
    left *= _HALF
    numpy.maximum(value, 0, out=value)
    value -= left
