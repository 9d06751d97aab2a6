"""How is an operator's CSV file read? Every problem is found before anything is written, and named by row.

Row 1 is the header. A problem says row, column and reason, and never repeats what stands in the cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

RowModel = TypeVar("RowModel", bound=BaseModel)

_MAX_CELL = 2000
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Problem:
    """Why a file can't be taken; `column` None: the whole row, `row` None: the whole file."""

    row: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        if self.row is None:
            return self.reason
        return f"row {self.row}, {self.column}: {self.reason}" if self.column else f"row {self.row}: {self.reason}"


class ImportRefused(Exception):
    """A file with problems; nothing of it was taken."""

    code = "IMPORT_REFUSED"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.row or 0, problem.column or "")))
        shown = [str(problem) for problem in self.problems[:_SHOWN_PROBLEMS]]
        hidden = len(self.problems) - len(shown)
        super().__init__("; ".join([*shown, f"and {hidden} more"] if hidden else shown))


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in entries of the file."""

    added: int
    updated: int
    unchanged: int


@dataclass(frozen=True)
class Row(Generic[RowModel]):
    """One checked row with its number in the file."""

    number: int
    values: RowModel


def read_csv(path: Path, schema: type[RowModel]) -> list[Row[RowModel]]:
    """Every row of the file in the shape of `schema`, whose fields are the columns; an empty cell is None.

    Raises ImportRefused with all problems.
    """
    columns = list(schema.model_fields)
    rows: list[Row[RowModel]] = []
    problems: list[Problem] = []
    for number, cells in _records(path, columns):
        if None in cells or None in cells.values():
            problems.append(Problem(number, None, f"has not {len(columns)} columns"))
            continue
        unfit = [name for name, cell in cells.items() if not _is_plain_text(cell)]
        if unfit:
            problems.extend(Problem(number, name, "too long, or with control characters") for name in unfit)
            continue
        try:
            values = {name: cell.strip() or None for name, cell in cells.items()}
            rows.append(Row(number, schema.model_validate(values)))
        except ValidationError as error:
            problems.extend(_problems(number, error))
    if problems:
        raise ImportRefused(problems)
    return rows


def check_harmless(text: str) -> str:
    """The text, unless it begins a formula when the list is opened in a spreadsheet program: then ValueError."""
    if text[0] in "=+-@":
        raise ValueError("begins like a formula")
    return text


def _records(path: Path, columns: list[str]) -> Iterator[tuple[int, dict[Any, Any]]]:
    try:
        # utf-8-sig: spreadsheet programs write a mark at the beginning.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = list(reader.fieldnames or [])
            if sorted(header) != sorted(columns):
                raise ImportRefused([Problem(1, None, "the header must be: " + ",".join(columns))])
            yield from enumerate(reader, start=2)
    except OSError as error:
        raise ImportRefused([Problem(1, None, f"not readable ({type(error).__name__})")]) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ImportRefused([Problem(1, None, f"not a CSV file in UTF-8 ({type(error).__name__})")]) from error


def _is_plain_text(cell: str) -> bool:
    return len(cell) <= _MAX_CELL and cell.isprintable()


def _problems(number: int, error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        column = str(found["loc"][0]) if found["loc"] else None
        reason = "is empty" if found["type"] == "missing" or "NoneType" in found["msg"] else found["msg"]
        yield Problem(number, column, reason.removeprefix("Value error, "))
