"""How often is the topic right, by slice, and what is taken as in scope that is not?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.understanding.asking import Heard
from tests.understanding.sets import LabelledMessage

NEAR, FAR, NONSENSE = "out_of_scope", "out_of_scope_far", "gibberish"
OUT = frozenset({NEAR, FAR, NONSENSE})
NO_TOPIC = "no topic"
# Replies that tell something of our work, as against a refusal, a question or the way to a coach.
_TELLS = frozenset({"answer", "facilities", "no_facility", "policy", "eligibility"})
_LENGTHS = ((3, "1 to 3 words"), (8, "4 to 8 words"), (20, "9 to 20 words"))
PAIRS_SHOWN = 20


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def rate(self) -> float:
        """The share from 0 to 1; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class TopicScores:
    """Right topics in scope, over all and by slice (its kind and name); taken as in scope wrongly; confused pairs.

    `taken` counts by the first topic of the reading, `answered` by what the replies tell; both by near, far, nonsense.
    `confused` has the label, the reading and how often, most often first; `readings` all of them, right ones included,
    in which another topic that is as good counts as the label.
    """

    in_scope: Share
    everything: Share
    not_trained_on: Share
    slices: Mapping[str, Mapping[str, Share]]
    taken: Mapping[str, Share]
    answered: Mapping[str, Share]
    confused: Sequence[tuple[str, str, int]]
    readings: Sequence[tuple[str, str, int]] = ()


def score_topics(
    messages: Sequence[LabelledMessage], heard: Sequence[Heard], trained_on: frozenset[str]
) -> TopicScores:
    """The scores; `trained_on` are the texts that stand in the training data, which one share leaves out."""
    rows = [(message, _read_topic(answer), answer) for message, answer in zip(messages, heard, strict=True)]
    slices: dict[str, dict[str, list[bool]]] = {}
    for message, topic, _ in rows:
        for kind, name in _slices_of(message):
            slices.setdefault(kind, {}).setdefault(name, []).append(_is_right(message, topic))
    readings = Counter(
        (message.topic, message.topic if _is_right(message, topic) else topic) for message, topic, _ in rows
    )
    confused = Counter({pair: count for pair, count in readings.items() if pair[0] != pair[1]})
    return TopicScores(
        in_scope=_share([_is_right(message, topic) for message, topic, _ in rows if message.topic not in OUT]),
        everything=_share([_is_right(message, topic) for message, topic, _ in rows]),
        not_trained_on=_share(
            [
                _is_right(message, topic)
                for message, topic, _ in rows
                if message.topic not in OUT and message.text not in trained_on
            ]
        ),
        slices={kind: {name: _share(found) for name, found in sorted(names.items())} for kind, names in slices.items()},
        taken={
            label: _share([_is_in_scope(message, topic) for message, topic, _ in rows if message.topic == label])
            for label in (NEAR, FAR, NONSENSE)
        },
        answered={
            label: _share([_is_told(answer) for message, _, answer in rows if message.topic == label])
            for label in (NEAR, FAR, NONSENSE)
        },
        confused=[(label, topic, count) for (label, topic), count in confused.most_common(PAIRS_SHOWN)],
        readings=[(label, topic, count) for (label, topic), count in sorted(readings.items())],
    )


def list_right(messages: Sequence[LabelledMessage], heard: Sequence[Heard]) -> list[str]:
    """The ids of the messages whose topic is right."""
    return [each.id for each, answer in zip(messages, heard, strict=True) if _is_right(each, _read_topic(answer))]


def _read_topic(heard: Heard) -> str:
    return heard.topics[0] if heard.topics else NO_TOPIC


def _is_right(message: LabelledMessage, topic: str) -> bool:
    return topic in (message.topic, *message.also)


def _is_in_scope(message: LabelledMessage, topic: str) -> bool:
    return topic not in OUT and topic != NO_TOPIC and topic not in message.also


def _is_told(heard: Heard) -> bool:
    return any(reply.get("outcome") in _TELLS for reply in heard.replies)


def _slices_of(message: LabelledMessage) -> Iterator[tuple[str, str]]:
    words = len(message.text.split())
    yield "channel", message.channel
    yield "spelling", message.slice
    yield "length", next((name for most, name in _LENGTHS if words <= most), "over 20 words")
    yield "topic", message.topic


def _share(found: Sequence[bool]) -> Share:
    return Share(sum(found), len(found))
