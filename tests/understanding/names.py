"""What are the sets' ids called: by which names does a reply speak of them, and which values mean the same?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parents[2] / "knowledge/content"
# The sets' ids of hospitals that the catalogue calls otherwise or does not have, and what such a hospital is called.
_FACILITY_IDS = {"penn-medicine": "hup"}
_FACILITY_NAMES = {
    "hup": ("Penn Medicine", "Hospital of the University of Pennsylvania"),
    "jefferson": ("Jefferson",),
}
_KEYS = {"plan": "payer"}
_AGE = re.compile(r"(\d+)\s*-?\s*(day|week|wk|month|mo|year|yr)", re.IGNORECASE)
_UNITS = {"day": "days", "week": "weeks", "wk": "weeks", "month": "months", "mo": "months", "year": "years"}


def find_key(name: str) -> str:
    """The sets' name of an entity type: a payer may stand under `plan`."""
    return _KEYS.get(name, name)


def make_plain(kind: str, value: Any) -> str:
    """One spelling for values of this type that mean the same."""
    text = str(value).strip().casefold()
    if kind == "facility":
        return _FACILITY_IDS.get(text, text)
    if kind == "zip_code":
        return text[:5]
    if kind == "phone":
        return re.sub(r"\D", "", text)[-10:]
    if kind == "age" and (found := _AGE.search(text)):
        return f"{int(found[1])} {_UNITS.get(found[2].casefold(), 'years')}"
    return text


def list_names(about: str) -> list[str]:
    """What a therapy, condition, facility or policy may be called in a reply; a condition also by its therapies."""
    names = _catalogue()
    own = [*names.get(about, ()), *_FACILITY_NAMES.get(about, ())] or [about]
    return own + [name for therapy in _therapies_of().get(about, ()) for name in names[therapy]]


def is_named(name: str, text: str) -> bool:
    """Whether the text has this name as whole words, in any case."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


@cache
def _catalogue() -> Mapping[str, tuple[str, ...]]:
    names = {}
    for data in (*_read("therapies"), *_read("conditions"), *_read("facilities")):
        own = [data.get("brand"), data.get("name"), data.get("proper_name"), *data.get("names", ())]
        names[data["id"]] = tuple(dict.fromkeys(str(name) for name in (*own, *data.get("aliases", ())) if name))
    return names


@cache
def _therapies_of() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for therapy in _read("therapies"):
        for condition in therapy.get("conditions") or ():
            found[condition] += (therapy["id"],)
    return found


@cache
def _read(folder: str) -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((CONTENT / folder).glob("*.yml")))
