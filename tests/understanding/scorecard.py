"""How does the latest run stand beside the first, and what was won and lost since? In Markdown and in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.understanding.confusion import draw_confusion
from tests.understanding.entity_scores import Found, add_up
from tests.understanding.figures import Run, list_changes, read_run
from tests.understanding.topic_scores import Share

FOLDER = Path(__file__).parent
PICTURE = "confusion.svg"
_BARS = {
    "Topic accuracy in scope": "at least 0.92",
    "Near-domain taken as in scope": "at most 0.05",
    "Far taken as in scope": "at most 0.02",
    "Entity F1, entity set": "at least 0.95",
    "Entity F1, entity set, what is never shown counted as missed": "at least 0.95",
    "Dialogues passed": "at least 0.85",
}
# The sets by which won and lost are told, and the heads of their columns.
_CHANGING = {"messages": "Topics", "entities": "Entity messages", "dialogues": "Dialogues"}
_INTRODUCTION = """# How well members are understood

Written by `make evaluate` over the frozen sets (what their labels mean: [messages](README.md), [dialogues and
entities](set/README.md)), asked of the whole product through its public API. Totals alone: whoever improves the data
must not learn the messages here.

- Every single message opens a web conversation of its own, without a plan. So does every dialogue, also one that the
  set has by text, as the set leaves the plan of those open and a plan's number tells it; only dialogues that expect
  what a text alone can do (STOP, START) are texted. What is texted beside that stands under "By text".
- *Not judged* is what can't be told from outside: a therapy that is understood but not named, where the answer may be
  the same for all (`about`). It never counts as passed. In the first run that held for ages and phone numbers too,
  which the API's reading did not show yet.
- *Excused* is a field behind a question for the plan or state while that is unknown, which the set never counts as a
  failure.
- "Nothing is promised" and "no question thrice" are judged by patterns and by equal words, so a promise or a question
  in other words may be missed.
- Milliseconds are what the client waits, one message at a time; they depend on the machine and what else it does.
"""


def record(run: Run, folder: Path = FOLDER) -> str:
    """Adds the run to the scorecard's two files, and returns its Markdown; the first run stays what it was."""
    path = folder / "scorecard.json"
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entry = run.as_json()
    changes = list_changes(read_run(kept["latest"]), run) if kept else {}
    line = {"measured_at": run.measured_at, "commit": run.commit, **entry["headline"], "changes": changes}
    history = [*kept.get("history", ()), line]
    first = kept.get("first", entry)
    path.write_text(
        json.dumps({"first": first, "latest": entry, "history": history}, indent=1) + "\n", encoding="utf-8"
    )
    text = render([read_run(first), run] if kept else [run], history)
    (folder / "scorecard.md").write_text(text, encoding="utf-8")
    picture = draw_confusion(run.topics.readings, f"Topics, {run.measured_at} ({run.commit})")
    (folder / PICTURE).write_text(picture, encoding="utf-8")
    return text


def render(runs: Sequence[Run], history: Sequence[Mapping[str, Any]] = ()) -> str:
    """The scorecard of the first and the latest run, or of one alone."""
    first, latest = runs[0], runs[-1]
    parts = [
        _INTRODUCTION.rstrip(),
        f"First run {first.measured_at} ({first.commit}), latest {latest.measured_at} ({latest.commit}). Of the sets'"
        f" texts, {first.texts_trained_on} and {latest.texts_trained_on} stood in the training data, word for word or"
        f" nearly. Messages refused: {first.refused_messages} and {latest.refused_messages}.",
        _table(
            ("", "First", "Latest", "Bar"),
            (
                (name, _figure(value), _figure(latest.headline()[name]), _BARS.get(name, ""))
                for name, value in first.headline().items()
            ),
        ),
        *_render_topics(first, latest),
        *_render_entities(first, latest),
        *_render_dialogues(first, latest),
        *_render_by_text(latest),
        "## Latency, milliseconds",
        _table(("", "First", "Latest"), ((name, first.latency[name], latest.latency[name]) for name in latest.latency)),
    ]
    if history:
        columns = [*_BARS, "p95 ms"]
        rows = (
            [
                line["measured_at"],
                line["commit"],
                *(_figure(line[name]) for name in columns),
                *(_show_change(line.get("changes", {}).get(name)) for name in _CHANGING),
            ]
            for line in history
        )
        parts += [
            "## History",
            "Won and lost since the run before; which ones is in `scorecard.json`.",
            _table(("Measured", "Commit", *columns, *_CHANGING.values()), rows),
        ]
    return "\n\n".join(parts) + "\n"


def _render_topics(first: Run, latest: Run) -> Iterable[str]:
    yield "## Topics"
    for kind, names in latest.topics.slices.items():
        before = first.topics.slices.get(kind, {})
        yield _table(
            (f"By {kind}", "First", "Latest"),
            ((name, _share(before.get(name, Share(0, 0))), _share(each)) for name, each in names.items()),
        )
    yield f"What the latest run takes for what: ![confusion of topics]({PICTURE})"
    yield "Most often confused, in the latest run:"
    known = {(label, topic): count for label, topic, count in first.topics.confused}
    yield _table(
        ("Label", "Taken as", "First", "Latest"),
        ((label, topic, known.get((label, topic), "-"), count) for label, topic, count in latest.topics.confused),
    )


def _render_entities(first: Run, latest: Run) -> Iterable[str]:
    yield "## Entities"
    for title, before, after in (
        ("Entity set", first.entities, latest.entities),
        ("Topic messages", first.message_entities, latest.message_entities),
    ):
        rows = [*((kind, before[kind], each) for kind, each in after.items()), ("all", add_up(before), add_up(after))]
        yield _table(
            (title, "First F1", "Latest F1", "Right", "Wrong", "Missed", "Not judged"),
            (
                (kind, _f1(was), _f1(found), found.right, found.wrong, found.missed, found.not_judged)
                for kind, was, found in rows
            ),
        )


def _render_dialogues(first: Run, latest: Run) -> Iterable[str]:
    yield "## Dialogues"
    was, now = first.dialogues, latest.dialogues
    outcomes = ("passed", "not judged", "failed")
    rows = [("all dialogues", was.dialogues, now.dialogues)]
    rows += [
        (f"of the set's {name} ones", was.by_channel.get(name, {}), now.by_channel[name]) for name in now.by_channel
    ]
    rows += [("turns", was.turns, now.turns)]
    yield _table(
        ("", *(f"First: {each}" for each in outcomes), *(f"Latest: {each}" for each in outcomes)),
        (
            (name, *(one.get(each, 0) for each in outcomes), *(two.get(each, 0) for each in outcomes))
            for name, one, two in rows
        ),
    )
    verdicts = ("held", "excused", "not judged", "failed")
    yield _table(
        ("Field", "First: failed", *(f"Latest: {each}" for each in verdicts)),
        (
            (name, was.fields.get(name, {}).get("failed", 0), *(counts.get(each, 0) for each in verdicts))
            for name, counts in sorted(now.fields.items())
        ),
    )


def _render_by_text(latest: Run) -> Iterable[str]:
    if latest.by_text is None:
        return
    yield "## By text"
    yield (
        "The sets' texts sent through the simulated carrier, each dialogue and each message from a phone of its own."
        " What was understood and said is read from the gateway's record. The number texted tells the plan (CareSource"
        " where the member names it when asked, else Independence), so that plan is never asked for."
    )
    counts = latest.by_text.dialogues
    rows = [("topics of messages", _share(latest.by_text.topics))]
    rows += [(f"dialogues {name}", str(counts.get(name, 0))) for name in ("passed", "not judged", "failed")]
    yield _table(("By text", "Latest"), rows)


def _show_change(change: Mapping[str, Sequence[str]] | None) -> str:
    return f"+{len(change['won'])} -{len(change['lost'])}" if change else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _figure(value: float) -> str:
    return f"{value:.3f}" if value <= 1 else f"{value:.1f}"


def _share(share: Share) -> str:
    return f"{share.rate:.3f} ({share.count} of {share.of})" if share.of else "-"


def _f1(found: Found) -> str:
    judged = found.right or found.wrong or found.missed
    return f"{found.f1:.3f}" if judged else "not judged"
