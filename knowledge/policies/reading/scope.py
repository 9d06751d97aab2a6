"""For whom is a document? Its payer, lines of business and states; of boxes only the ticked ones count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.policies.model import PayerId
from knowledge.policies.reading.blocks import TICKED, UNTICKED, Block, BlockKind
from knowledge.policies.reading.label_values import Labelled
from knowledge.policies.reading.labels import Field
from knowledge.policies.reading.model import KnownPayer
from knowledge.policies.reading.places import (
    find_boxes,
    find_lines_of_business,
    find_states,
    is_nothing_but_a_scope,
)

_APPLIES = re.compile(r"\bappl(?:y|ies|icable)\b|\bservice area\b|\bfor members\b|\bis for\b", re.IGNORECASE)
# The markup of a box that was printed as it is written, and cut by a cell or a line.
_BROKEN_BOX = re.compile(r"<input\b|\btype=\W?checkbox", re.IGNORECASE)
_MUCH_MORE = 2


@dataclass
class ReadScope:
    """What was found of a scope, with notes for the operator and the fields that a person must decide."""

    payer: PayerId | None = None
    payer_count: int = 0
    lines_of_business: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)


def find_scope(
    front: Sequence[Block], labelled: Sequence[Labelled], whole: str, payers: Sequence[KnownPayer]
) -> ReadScope:
    """The scope that the front page states; `whole` is all text, in which the payer names itself."""
    scope = ReadScope()
    _find_payer(scope, whole, payers)
    boxes = [box for block in front for box in find_boxes(_boxed(block))]
    _find_states(scope, front, labelled, boxes)
    _find_lines(scope, front, labelled, boxes)
    return scope


def _boxed(block: Block) -> str:
    text = "\n".join(block.cells) if block.kind is BlockKind.ROW else block.line
    return text if TICKED in text or UNTICKED in text else ""


def _find_payer(scope: ReadScope, whole: str, payers: Sequence[KnownPayer]) -> None:
    counts = sorted(((_count(whole, payer.names), payer.id) for payer in payers), reverse=True)
    if not counts or counts[0][0] == 0:
        scope.notes.append("payer: none of the payers with a plan on file is named")
    elif len(counts) > 1 and counts[1][0] * _MUCH_MORE >= counts[0][0]:
        named = " and ".join(sorted(payer for count, payer in counts if count))
        scope.notes.append(f"payer: several are named ({named})")
        scope.undecided.append("payer")
    else:
        scope.payer_count, scope.payer = counts[0]


def _count(whole: str, names: Sequence[str]) -> int:
    """How often the payer is named, in its own writing: "independence" in a sentence is no payer."""
    own = {name for name in names if name != name.lower()}
    longest_first = sorted(own | {name.upper() for name in own}, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest_first))
    return len(re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", whole)) if pattern else 0


def _find_states(
    scope: ReadScope, front: Sequence[Block], labelled: Sequence[Labelled], boxes: Sequence[tuple[bool, str]]
) -> None:
    of_states = [(ticked, state) for ticked, text in boxes for state in find_states(text, codes=True)[:1]]
    if any(_BROKEN_BOX.search(block.line) for block in front):
        scope.notes.append("states: there are boxes that cannot be read")
        scope.undecided.append("states")
        return
    unnamed = [text for block in front for text in _find_unnamed(block)] if of_states else []
    if unnamed:
        scope.notes.append(f'states: there is a box whose state cannot be read: "{unnamed[0][:40]}"')
        scope.undecided.append("states")
        return
    if of_states:
        ticked = tuple(dict.fromkeys(state for is_ticked, state in of_states if is_ticked))
        scope.unticked = tuple(dict.fromkeys(state for is_ticked, state in of_states if not is_ticked))
        if not ticked or set(ticked) & set(scope.unticked):
            scope.notes.append("states: there are boxes, and which are ticked is not to be seen")
            scope.undecided.append("states")
        else:
            scope.states = ticked
        return
    stated = [
        state for entry in labelled if entry.field is Field.STATES for state in find_states(entry.value, codes=True)
    ]
    if not stated:
        stated = [state for text in _after_applies(front) for state in find_states(text)]
    scope.states = tuple(dict.fromkeys(stated))


def _find_unnamed(block: Block) -> list[str]:
    """What stands behind the ticked boxes that name nothing where others of the block name states: half a name."""
    boxes = find_boxes(_boxed(block))
    if not any(find_states(text, codes=True) for _, text in boxes):
        return []
    return [
        text for is_ticked, text in boxes
        if is_ticked and not find_states(text, codes=True) and not find_lines_of_business(text)
    ]  # fmt: skip


def _after_applies(front: Sequence[Block]) -> list[str]:
    """What the front page says of where it applies: the sentence, and a list below it."""
    texts = []
    for number, block in enumerate(front):
        if not _APPLIES.search(block.line) or len(block.line) > 300:
            continue
        texts.append(block.line)
        if block.line.rstrip().endswith(":"):
            for after in front[number + 1 :]:
                if not find_states(after.line) or len(after.line.split()) > 40:
                    break
                texts.append(after.line)
    return texts


def _find_lines(
    scope: ReadScope, front: Sequence[Block], labelled: Sequence[Labelled], boxes: Sequence[tuple[bool, str]]
) -> None:
    of_lines = [(ticked, line) for ticked, text in boxes if len(text) < 60 for line in find_lines_of_business(text)]
    if of_lines:
        scope.lines_of_business = tuple(dict.fromkeys(line for ticked, line in of_lines if ticked))
        if not scope.lines_of_business:
            scope.notes.append("lines of business: there are boxes, and none is ticked")
            scope.undecided.append("lines of business")
        return
    stated = [
        line
        for entry in labelled
        if entry.field is Field.LINES_OF_BUSINESS
        for line in find_lines_of_business(entry.value)
    ]
    alone = [
        line for block in front if is_nothing_but_a_scope(block.line) for line in find_lines_of_business(block.line)
    ]
    told = [line for text in _after_applies(front) for line in find_lines_of_business(text)]
    scope.lines_of_business = tuple(dict.fromkeys(stated or alone or told))
