"""What does one run on the held-out sets consist of, as the scorecard keeps it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.understanding.dialogue_scores import DialogueScores
from tests.understanding.entity_scores import Found, add_up
from tests.understanding.topic_scores import FAR, NEAR, NONSENSE, Share, TopicScores

_PERCENTILES = (50, 90, 95, 99, 100)


@dataclass(frozen=True)
class ByText:
    """What the sets have by text, sent as texts: right topics of the messages, and dialogues by how they came out."""

    topics: Share
    dialogues: Mapping[str, int]


@dataclass(frozen=True)
class Run:
    """The scores of one run: when (UTC), of which commit, and how many set texts stood in the training data.

    `right` lists by set (`messages`, `entities`, `dialogues`) the ids of what came out right; the first run has none.
    """

    measured_at: str
    commit: str
    texts_trained_on: int
    topics: TopicScores
    entities: Mapping[str, Found]
    message_entities: Mapping[str, Found]
    dialogues: DialogueScores
    latency: Mapping[str, float]
    refused_messages: int
    by_text: ByText | None = None
    right: Mapping[str, list[str]] = field(default_factory=dict)

    def headline(self) -> dict[str, float]:
        """The figures that the history keeps, rates from 0 to 1 and milliseconds."""
        topics, entities, dialogues = self.topics, add_up(self.entities), self.dialogues.dialogues
        total = sum(dialogues.values()) or 1
        return {
            "Topic accuracy in scope": topics.in_scope.rate,
            "Topic accuracy in scope, without texts that were trained on": topics.not_trained_on.rate,
            "Topic accuracy, all topics": topics.everything.rate,
            "Near-domain taken as in scope": topics.taken[NEAR].rate,
            "Near-domain told something of our work": topics.answered[NEAR].rate,
            "Far taken as in scope": topics.taken[FAR].rate,
            "Far told something of our work": topics.answered[FAR].rate,
            "Gibberish taken as in scope": topics.taken[NONSENSE].rate,
            "Entity F1, entity set": entities.f1,
            "Entity F1, entity set, what is never shown counted as missed": entities.f1_unshown_missed,
            "Entity F1, topic messages": add_up(self.message_entities).f1,
            "Dialogues passed": dialogues.get("passed", 0) / total,
            "Dialogues passed or with nothing failed but something not judged": (
                dialogues.get("passed", 0) + dialogues.get("not judged", 0)
            )
            / total,
            "Turns passed": self.dialogues.turns.get("passed", 0) / (sum(self.dialogues.turns.values()) or 1),
            "p50 ms": self.latency["p50"],
            "p95 ms": self.latency["p95"],
        }

    def as_json(self) -> dict[str, Any]:
        """Everything as plain data, the headline first."""
        return {"headline": {name: round(value, 4) for name, value in self.headline().items()}, **asdict(self)}


def read_run(data: Mapping[str, Any]) -> Run:
    """A run from its plain data."""
    topics, dialogues = data["topics"], data["dialogues"]
    return Run(
        measured_at=data["measured_at"],
        commit=data["commit"],
        texts_trained_on=data["texts_trained_on"],
        topics=TopicScores(
            in_scope=Share(**topics["in_scope"]),
            everything=Share(**topics["everything"]),
            not_trained_on=Share(**topics["not_trained_on"]),
            slices={kind: _shares(names) for kind, names in topics["slices"].items()},
            taken=_shares(topics["taken"]),
            answered=_shares(topics["answered"]),
            confused=[(label, topic, count) for label, topic, count in topics["confused"]],
            readings=[(label, topic, count) for label, topic, count in topics.get("readings", ())],
        ),
        entities={kind: Found(**each) for kind, each in data["entities"].items()},
        message_entities={kind: Found(**each) for kind, each in data["message_entities"].items()},
        dialogues=DialogueScores(**dialogues),
        latency=data["latency"],
        refused_messages=data["refused_messages"],
        by_text=_read_by_text(data.get("by_text")),
        right=data.get("right", {}),
    )


def describe_latency(took_ms: Sequence[float]) -> dict[str, float]:
    """Percentiles of what a member waits for a reply, in milliseconds; `p100` is the longest."""
    ordered = sorted(took_ms)
    last = len(ordered) - 1
    return {f"p{percent}": round(ordered[round(last * percent / 100)], 1) for percent in _PERCENTILES}


def list_changes(before: Run, after: Run) -> dict[str, dict[str, list[str]]]:
    """By set the ids that were `won` and `lost` between two runs; only of what both of them listed."""
    changes = {}
    for name in before.right.keys() & after.right.keys():
        was, now = set(before.right[name]), set(after.right[name])
        changes[name] = {"won": sorted(now - was), "lost": sorted(was - now)}
    return dict(sorted(changes.items()))


def _read_by_text(data: Mapping[str, Any] | None) -> ByText | None:
    return ByText(Share(**data["topics"]), data["dialogues"]) if data else None


def _shares(data: Mapping[str, Mapping[str, int]]) -> dict[str, Share]:
    return {name: Share(**each) for name, each in data.items()}
