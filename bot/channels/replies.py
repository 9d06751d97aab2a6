"""What of the engine's answer may be recorded and shown?

The contract's words only, and nothing that the lint refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.conversations.lookups import LookupKind, LookupRequest
from bot.conversations.model import Author, Awaiting, Draft, QuickReply, Understood
from bot.conversations.vocabulary import AWAITING_FIELDS, AWAITING_KINDS, LANGUAGES, OUTCOMES, TOPICS
from bot.engine_client import EngineReply, EngineTurn
from bot.metrics import REPLIES_REPLACED
from bot.safety.lint import find_fault
from knowledge.reliance.model import Reliance

log = structlog.get_logger()

DANGER = ("emergency", "crisis")
# By four-fold cross-validation on data/nlu: of the messages in which the gate finds nothing, 55 are taken for danger
# at 0.3 or more, and 46 of these wrongly; at 0.85 it is 6, and the gate knows two of the three wrong ones as idioms.
SURE_OF_DANGER = 0.85


@dataclass(frozen=True)
class CheckedAnswer:
    """What a turn says, asks for, was taken to mean and leaves to be looked up; `replies` is never empty."""

    replies: tuple[Draft, ...]
    awaiting: Awaiting | None
    understood: Understood
    lookup: LookupRequest | None = None


def check_answer(turn: EngineTurn, *, blocked: Draft, silence: Draft) -> CheckedAnswer:
    """The engine's answer: `blocked` once in place of what may not be shown, `silence` in place of nothing at all."""
    replies: list[Draft] = []
    for reply in turn.replies:
        draft = _checked(reply) or blocked
        if draft is not blocked or blocked not in replies:
            replies.append(draft)
    if not replies:
        REPLIES_REPLACED.labels("silence").inc()
        log.error("reply.silence", turn_id=turn.turn_id)
        replies.append(silence)
    asked = [_read_awaiting(reply) for reply in turn.replies]
    understood = turn.understood
    return CheckedAnswer(
        replies=tuple(replies),
        awaiting=next((awaiting for awaiting in reversed(asked) if awaiting), None),
        understood=Understood(
            topics=tuple(topic for topic in understood.topics if topic in TOPICS),
            language=understood.language if understood.language in LANGUAGES else "und",
            entities={name: tuple(values) for name, values in understood.entities.items()},
            confidence=min(1.0, max(0.0, understood.confidence)),
        ),
        lookup=next((lookup for reply in turn.replies if (lookup := _read_lookup(reply))), None),
    )


def settle_danger(
    answer: CheckedAnswer, *, was_harmless: bool, unsure: Draft, warning: Callable[[str, str], Draft]
) -> CheckedAnswer:
    """The engine's danger, judged once more: the safety gate has read the same words, and found none.

    A guess becomes the question `unsure`. So does any danger in words that the gate read as an idiom, a question or
    history (`was_harmless`). What is left is said with `warning(level, language)`, as the gate says it.
    """
    understood = answer.understood
    said = (*understood.topics, *(reply.outcome for reply in answer.replies))
    level = next((level for level in DANGER if level in said), None)
    if level is None:
        return answer
    if was_harmless or understood.confidence < SURE_OF_DANGER:
        log.info("safety.unsure", outcome=level, confidence=round(understood.confidence, 2), harmless=was_harmless)
        topics = tuple(topic for topic in understood.topics if topic not in DANGER)
        return replace(answer, replies=(unsure,), understood=replace(understood, topics=topics), lookup=None)
    warned = (warning(level, understood.language),)
    return replace(answer, replies=warned, understood=replace(understood, topics=(level,)), lookup=None)


def _checked(reply: EngineReply) -> Draft | None:
    faults = [find_fault(text) for text in (reply.text, *(button.title for button in reply.quick_replies))]
    fault = next((fault for fault in faults if fault), None)
    if fault is not None:
        REPLIES_REPLACED.labels("lint").inc()
        log.error("reply.refused", key=reply.key, code=fault.value)
        return None
    return Draft(
        author=Author.ASSISTANT,
        text=reply.text,
        quick_replies=tuple(QuickReply(button.title, button.value) for button in reply.quick_replies),
        cards=tuple(reply.cards),
        citations=tuple(reply.citations),
        topic=_known(reply.topic, TOPICS, reply.key),
        outcome=_known(reply.outcome, OUTCOMES, reply.key),
        key=reply.key,
        facts=tuple(reply.facts),
        reliance=_read_reliance(reply),
    )


def _read_reliance(reply: EngineReply) -> Reliance | None:
    made = reply.reliance
    return Reliance(made.template, made.values, made.as_of, made.wordings, made.sources) if made else None


def _read_lookup(reply: EngineReply) -> LookupRequest | None:
    asked = reply.look_up
    return LookupRequest(LookupKind(asked.kind), asked.day, asked.for_whom) if asked else None


def _known(word: str | None, vocabulary: Sequence[str], key: str) -> str | None:
    if word is None or word in vocabulary:
        return word
    log.warning("reply.unknown_word", key=key)
    return None


def _read_awaiting(reply: EngineReply) -> Awaiting | None:
    awaiting = reply.awaiting
    if awaiting is None or awaiting.field not in AWAITING_FIELDS or awaiting.kind not in AWAITING_KINDS:
        return None
    return Awaiting(awaiting.field, awaiting.kind)
