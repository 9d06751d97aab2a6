"""May this sentence be kept as ours? A text that decides, promises or doses is refused before it is on file.

The last look at every reply (`bot.safety.lint`) spares what the words before take back ("ask if you qualify"). A text
on file is written ahead and reviewed, so here nothing is spared: it can always be said another way.
"""

from __future__ import annotations

import re

from bot.safety.lint import Fault, find_fault

# Only the plan decides on cover, and only a clinician on who is a candidate.
_DETERMINATION = re.compile(
    r"\byou(?:'re| are| will be| would be| have been|'ve been| were)? (?:(?:not|now|also|already|fully) )*"
    r"(?:covered|approved|pre-?approved|eligible|entitled|(?:an? )?(?:good |right )?candidate|qualif\w+)\b"
    r"|\byou (?:(?:do|now|already|also|fully|will) )*(?:meet|satisfy|fulfil\w*) "
    r"(?:\w+ ){0,3}(?:criteria|requirements)\b"
    r"|\bwill be (?:covered|approved|paid)\b|\bguarantee[ds]?\b"
    r"|\b(?:will |does )?(?:covers?|approves?|pays? for) (?:you\b|your (?:care|therapy|treatment|infusion|request)\b)",
    re.IGNORECASE,
)
# "Casgevy is covered" is a decision; "what is covered", "whether it is covered" is none.
_PLAIN_COVER = re.compile(r"\b(?:is|are) (?:(?:now|always|fully|also) )*covered\b", re.IGNORECASE)
_OPEN_QUESTION = re.compile(r"\b(?:what|which|whether|if|how much|may|might|not)\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"\byou should (?:take|get|ask for|stop|start|skip|have)\b"
    r"|\b(?:stop|start|keep|avoid|skip|double|halve) "
    r"(?:taking|your (?:dose|drug|medicine|medication|pills?|treatment))\b"
    r"|\b(?:take|give|inject|infuse|swallow|apply|use|increase|reduce)\b[^.!?]{0,40}?"
    r"\b\d+(?:[.,]\d+)? ?(?:mg|mcg|g|ml|iu|units?|tablets?|pills?|capsules?|drops?|puffs?)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n+")


def find_claim(text: str) -> str | None:
    """Why this text may not be kept as ours, as a few words for the one who wrote it; None when it may."""
    plain = text.replace("\u2019", "'")
    if _DETERMINATION.search(plain) or any(map(_says_covered, _SENTENCE_END.split(plain))):
        return "says what only the plan's own decision may say"
    if _ADVICE.search(plain):
        return "gives medical advice or a dose"
    # "None." and an empty section are right for a document, though never for a reply.
    fault = find_fault(text)
    return None if fault in (None, Fault.EMPTY, Fault.PRINTED_NONE) else f"could not be shown ({fault.value})"


def _says_covered(sentence: str) -> bool:
    found = _PLAIN_COVER.search(sentence)
    return found is not None and _OPEN_QUESTION.search(sentence[: found.start()]) is None
