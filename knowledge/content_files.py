"""How is a reviewed content file (YAML) read and checked? Errors name the file, the entry and the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

# The safe loader in C where the package was built with it: ten times as fast.
SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A reviewed file is some kilobytes; anything far larger is not one.
_MAX_BYTES = 2_000_000


class ContentError(Exception):
    """A content file is missing something, or says something that can't be."""

    code = "CONTENT_INVALID"

    def __init__(self, file: str, entry: str | None, reason: str) -> None:
        super().__init__(f"{file}: {entry}: {reason}" if entry else f"{file}: {reason}")
        self.file = file
        self.entry = entry
        self.reason = reason


def read_content_file(path: Path, schema: TypeAdapter[T]) -> T:
    """The file's content in the shape of `schema`. Raises ContentError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ContentError(path.name, None, "the file is too large")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE_LOADER)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as error:
        raise ContentError(path.name, None, f"not readable as YAML ({type(error).__name__})") from error
    try:
        return schema.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ContentError(path.name, _entry_id(data, first["loc"]), f"{place}: {first['msg']}") from error


def _entry_id(data: Any, location: tuple[int | str, ...]) -> str | None:
    """The innermost `id` on the way to the place of an error."""
    found = None
    for part in (*location, None):
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            found = data["id"]
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            break
    return found
