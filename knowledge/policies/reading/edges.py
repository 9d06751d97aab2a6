"""Which lines at the edges of pages are headers, footers and page numbers? The ones that come again page after page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

PAGE_NUMBER = re.compile(r"\W*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/|\|)\s*\d{1,4})?\W*", re.IGNORECASE)
# The number of the page in a header or footer; any other number makes a line another line.
# "https://example.org/policy 2/5" is how browsers print it.
_OF_PAGE = re.compile(
    r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}(?: ?/ ?\d{1,4})?$|(?<=page )\d{1,4}(?: (?:of|/) \d{1,4})?", re.IGNORECASE
)
# What a browser prints over and under a page, also where there is only one: when, and from where.
_OF_BROWSER = re.compile(
    r"\d{1,2}/\d{1,2}/\d{2,4}, \d{1,2}:\d{2}\s?[AP]M\b.*|(?:https?|file)://\S+ \d{1,4} ?/ ?\d{1,4}", re.IGNORECASE
)
# How many lines at each end of a page may belong to its header or footer.
_DEPTH = 6
_SHORTEST = 8


def drop_edges(pages: list[list[str]]) -> tuple[list[list[str]], list[str]]:
    """The pages without their headers, footers and page numbers, and each line that was dropped, once."""
    filled = [[number for number, line in enumerate(page) if line.strip()] for page in pages]
    drop = find_edges([[page[number] for number in numbers] for page, numbers in zip(pages, filled, strict=True)])
    kept: list[list[str]] = []
    dropped: dict[str, str] = {}
    for page, numbers, edges in zip(pages, filled, drop, strict=True):
        out = {numbers[edge] for edge in edges}
        kept.append([line for number, line in enumerate(page) if number not in out])
        for number in sorted(out):
            dropped.setdefault(_shape(page[number]), page[number].strip())
    return kept, list(dropped.values())


def find_edges(pages: Sequence[Sequence[str]]) -> list[set[int]]:
    """For each page, the numbers of its lines that are header, footer or page number."""
    needed = max(2, round(0.4 * len(pages)))
    tops = Counter(shape for page in pages for shape in {_shape(page[number]) for number in _top(page)})
    bottoms = Counter(shape for page in pages for shape in {_shape(page[number]) for number in _bottom(page)})
    found: list[set[int]] = []
    for page in pages:
        edges: set[int] = set()
        for numbers, counts in ((_top(page), tops), (_bottom(page), bottoms)):
            for number in numbers:
                line = page[number].strip()
                # "N/A" or "None" at two ends of pages is no footer.
                is_repeated = len(line) >= _SHORTEST and counts[_shape(line)] >= needed
                is_number = len(pages) > 1 and PAGE_NUMBER.fullmatch(line)
                if not (is_repeated or is_number or _OF_BROWSER.fullmatch(" ".join(line.split()))):
                    break
                edges.add(number)
        # A page of nothing but repeated lines says something by that: nothing of it is dropped.
        found.append(edges if len(edges) < len(page) or not page else set())
    return found


def _top(page: Sequence[str]) -> range:
    return range(min(_DEPTH, len(page)))


def _bottom(page: Sequence[str]) -> range:
    return range(len(page) - 1, max(-1, len(page) - 1 - _DEPTH), -1)


def _shape(line: str) -> str:
    return _OF_PAGE.sub("#", " ".join(line.split()).casefold())
