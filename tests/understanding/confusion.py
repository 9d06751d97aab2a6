"""Which topics are taken for which? A picture: a row for each label, a column for each reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

_CELL, _LEFT, _TOP, _MARGIN = 22, 170, 150, 12
_RIGHT_COLOR, _WRONG_COLOR = (33, 102, 172), (178, 24, 43)
_STYLE = (
    "text{font:11px sans-serif;fill:#222}.n{text-anchor:middle}.l{text-anchor:end}.w{fill:#fff;text-anchor:middle}"
    ".g{fill:none;stroke:#e3e3e3}"
)


def draw_confusion(readings: Sequence[tuple[str, str, int]], title: str) -> str:
    """An SVG of labels, readings and how often; what stands on the diagonal is right.

    A cell is the darker, the larger its share of the label's messages. `title` is what the picture says of itself.
    """
    labels = sorted({label for label, _, _ in readings})
    columns = [*labels, *sorted({topic for _, topic, _ in readings} - set(labels))]
    width, height = _LEFT + _CELL * len(columns) + _MARGIN, _TOP + _CELL * len(labels) + _MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img">',
        f"<title>{title}</title><style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{_MARGIN}" y="20">Rows: label. Columns: taken as.</text>',
        *_draw_names(labels, columns),
        *_draw_cells(readings, labels, columns),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _draw_names(labels: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    for number, label in enumerate(labels):
        y = _TOP + _CELL * number
        yield f'<text class="l" x="{_LEFT - 6}" y="{y + 15}">{label}</text>'
        yield f'<rect class="g" x="{_LEFT}" y="{y}" width="{_CELL * len(columns)}" height="{_CELL}"/>'
    for number, topic in enumerate(columns):
        x = _LEFT + _CELL * number + 15
        yield f'<text x="{x}" y="{_TOP - 6}" transform="rotate(-60 {x} {_TOP - 6})">{topic}</text>'


def _draw_cells(
    readings: Sequence[tuple[str, str, int]], labels: Sequence[str], columns: Sequence[str]
) -> Iterator[str]:
    totals = Counter[str]()
    for label, _, count in readings:
        totals[label] += count
    for label, topic, count in readings:
        share = count / totals[label]
        x, y = _LEFT + _CELL * columns.index(topic), _TOP + _CELL * labels.index(label)
        # What is wrong is to be seen even where it is one of thirty.
        strength = share if label == topic else min(1.0, 0.25 + 2 * share)
        color = _RIGHT_COLOR if label == topic else _WRONG_COLOR
        mixed = ",".join(str(round(255 - (255 - each) * strength)) for each in color)
        yield f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="rgb({mixed})"/>'
        yield f'<text class="{"w" if strength > 0.55 else "n"}" x="{x + _CELL // 2}" y="{y + 15}">{count}</text>'
