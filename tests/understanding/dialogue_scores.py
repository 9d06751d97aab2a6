"""How many dialogues does the product get through, and on which fields do the others fail?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.understanding.asking import Heard, Walk
from tests.understanding.conduct import judge_conduct
from tests.understanding.expecting import Before, Verdict, judge, worst

_PASSES = (Verdict.HELD, Verdict.EXCUSED)


@dataclass(frozen=True)
class DialogueScores:
    """Counts of dialogues and of turns by how they came out, and of every field's verdicts.

    A dialogue is `not judged` where nothing failed but something could not be judged from outside: it is not passed.
    """

    dialogues: Mapping[str, int]
    by_channel: Mapping[str, Mapping[str, int]]
    turns: Mapping[str, int]
    fields: Mapping[str, Mapping[str, int]]
    refused_messages: int


def score_dialogues(walks: Sequence[Walk]) -> DialogueScores:
    """The counts over all dialogues."""
    dialogues, turns = Counter[str](), Counter[str]()
    by_channel: dict[str, Counter[str]] = {}
    fields: dict[str, Counter[str]] = {}
    for walk in walks:
        whole = judge_conduct(walk.heard)
        _count(fields, whole)
        verdicts = [worst(whole.values())]
        for turn in _judge_turns(walk):
            _count(fields, turn)
            verdicts.append(worst(turn.values()))
            turns[_name(verdicts[-1])] += 1
        name = _name(worst(verdicts))
        dialogues[name] += 1
        by_channel.setdefault(walk.dialogue.channel, Counter())[name] += 1
    refused = sum(heard.refused for walk in walks for heard in walk.heard)
    return DialogueScores(dict(dialogues), _plain(by_channel), dict(turns), _plain(fields), refused)


def list_passed(walks: Sequence[Walk]) -> list[str]:
    """The ids of the dialogues that passed."""
    return [walk.dialogue.id for walk in walks if score_dialogues([walk]).dialogues.get("passed")]


def _judge_turns(walk: Walk) -> list[dict[str, Verdict]]:
    before, judged = Before(), list[dict[str, Verdict]]()
    before.learn({name: [value] for name, value in walk.dialogue.start.items()})
    for turn, first, later in walk.turns:
        verdicts = judge(turn.expect, first, before)
        for heard in (first, *later[:-1]):
            before.learn(heard.entities)
        last: Heard = later[-1] if later else first
        verdicts |= {f"finally {name}": each for name, each in judge(turn.finally_expect, last, before).items()}
        before.learn(last.entities)
        judged.append(verdicts)
    return judged


def _count(fields: dict[str, Counter[str]], verdicts: Mapping[str, Verdict]) -> None:
    for name, verdict in verdicts.items():
        fields.setdefault(name, Counter())[verdict.value] += 1


def _plain(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {name: dict(each) for name, each in counts.items()}


def _name(verdict: Verdict) -> str:
    return "passed" if verdict in _PASSES else verdict.value
