"""What does `gene-guide review` do? Writes what the assistant missed to a file to label, or takes the labels back."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
from dataclasses import asdict
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import yaml

from bot.database import Database
from bot.failures import OperatorError
from bot.redaction import Redactor
from bot.review import Missed, find_missed
from bot.review_labels import Added, add_labelled, read_words
from bot.review_store import read_said

NLU = Path("data/nlu")
_CONTENT = tuple(Path("knowledge/content") / area for area in ("therapies", "conditions", "terms"))
_PLANS = Path("knowledge/content/plans.yml")
_NAMES = ("brand", "proper_name", "name", "names", "aliases", "misspellings")
_DAYS = 30
_HEAD = """\
# What members asked and the assistant missed, without what could say who they are. Delete it when it is labelled.
# Fill in `topic`: a file name of data/nlu without .yml; leave it empty to skip the entry. Rewrite a text where that
# helps, but never add a name, a number or a date. Then: gene-guide review --add FILE
"""


class ReviewRefused(OperatorError):
    """The review cannot be written."""


def add_verb(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Adds `review` to the command line."""
    review = commands.add_parser("review", help="write what members asked and the assistant missed to a file to label")
    review.add_argument("--out", type=Path, metavar="FILE", help="the file to write; it must not be there yet")
    review.add_argument(
        "--since", type=_day, metavar="DAY", help=f"first day, YYYY-MM-DD; {_DAYS} days ago if left out"
    )
    review.add_argument("--limit", type=int, default=200, help="at most so many entries (200)")
    review.add_argument("--add", type=Path, metavar="FILE", help="take the labelled entries into data/nlu instead")
    return review


def write_review(database: Database, out: Path, since: date | None, limit: int, now: datetime) -> str:
    """Writes the file, for its owner alone to read, and says what is in it. Raises ReviewRefused, StoreUnavailable."""
    begin = datetime.combine(since or (now - timedelta(days=_DAYS)).date(), time(), timezone.utc)
    said = asyncio.run(read_said(database, begin))
    missed = find_missed(said, make_redactor())
    kept = missed[: max(0, limit)]
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ReviewRefused(f"{out.name} is there already: it may hold labels. Name another file.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(
            _HEAD + yaml.safe_dump({"missed": list(map(_row, kept))}, sort_keys=False, allow_unicode=True, width=120)
        )
    questions = sum(not each.is_choice for each in said)
    left_out = f", {len(missed) - len(kept)} more left out" if len(missed) > len(kept) else ""
    times = sum(one.count for one in missed)
    return (
        f"{questions} messages since {begin:%Y-%m-%d}: {times} missed, in {len(missed)} different wordings. "
        f"{len(kept)} written to {out.name}{left_out}. Read each before you share the file."
    )


def take_labels(file: Path) -> str:
    """Adds the labelled entries to data/nlu and says what was done. Raises LabelsRefused."""
    return say_added(add_labelled(file, NLU))


def say_added(added: Added) -> str:
    """What was added, in lines for the terminal."""
    lines = [f"{NLU}/{topic}.yml: {count} added" for topic, count in added.by_topic.items()]
    total = sum(added.by_topic.values())
    closing = f"{total} added, {added.unlabelled} without a label, {added.copies} there before."
    return "\n".join([*lines, f"{closing} Run `make train` and `make evaluate`." if total else closing])


def _row(missed: Missed) -> dict[str, object]:
    row = asdict(missed)
    return {
        "text": missed.text,
        "topic": "",
        **{name: list(value) if isinstance(value, tuple) else value for name, value in row.items() if name != "text"},
    }


def make_redactor() -> Redactor:
    """Lets the words of the training data stay, and the names of the catalogue."""
    return Redactor(read_words(NLU), _names())


def _names() -> set[str]:
    """The words of the catalogue's names: products, conditions, terms and plans are no people."""
    names: set[str] = set()
    for path in (path for folder in _CONTENT for path in sorted(folder.glob("*.yml"))):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for field in _NAMES:
            value = content.get(field) or ()
            for name in (value,) if isinstance(value, str) else value:
                names |= _words(name)
    for plan in yaml.safe_load(_PLANS.read_text(encoding="utf-8"))["plans"]:
        names |= _words(" ".join((*plan["names"], *plan["aliases"])))
    return names


def _words(name: object) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", str(name).casefold()))


def _day(text: str) -> date:
    return date.fromisoformat(text)
