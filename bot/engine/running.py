"""In which order are a message's questions run, and which of them wait for an answer of the member's?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.channel import Reply, TurnChannel
from bot.engine.entities.found import PROOF
from bot.engine.naming import find_class
from bot.engine.question import ABOUT, Question
from bot.engine.tracker_store import TurnTrackers
from bot.engine.turn_processor import TurnProcessor

# What was asked beside a question that waits for an answer, as JSON. Leaving a form empties it.
PENDING_SLOT = "pending_questions"
_MOST_PENDING = 4
# How often the open form's question was put, as the actions count it.
_TIMES_ASKED = "asked_fields"
# What tells one open question from another: the field, and what is to be answered when it is known.
_WAITING_TOPIC = "topic_in_progress"
_OPEN_QUESTION = (REQUESTED_SLOT, _WAITING_TOPIC, "waiting_question")


@dataclass(frozen=True)
class Ran:
    """One question, run: what was said, and where the dialogue stands.

    `asks` says that something is asked of the member now, `asks_anew` that it was not asked before and may be asked
    later, by another run, and `waits` that some question waits for an answer of theirs, whether it is asked or not.
    """

    question: Question
    replies: tuple[Reply, ...]
    asks: bool = False
    asks_anew: bool = False
    waits: bool = False


class Running:
    """Runs the questions of one turn on one dialogue, within one time limit; a run can be taken back.

    Afterwards `asked` holds the first run of each of the turn's own questions, `said` the runs whose replies count, in
    order, and `error` what ended the turn before its end. `failed` is True with it, and where something failed aloud.
    """

    def __init__(
        self,
        processor: TurnProcessor,
        trackers: TurnTrackers,
        write: Callable[[Question, TurnChannel], UserMessage],
        channel: str,
        failures: Sequence[Exception],
        timeout_s: float,
    ) -> None:
        self._processor = processor
        self._trackers = trackers
        self._write = write
        self._channel = channel
        self._failures = failures
        self._until = asyncio.get_running_loop().time() + timeout_s
        self.asked: list[Ran] = []
        self.said: list[Ran] = []
        self.failed = False
        self.error: Exception | None = None

    async def run_all(self, questions: Sequence[Question]) -> None:
        """Runs them in order; of those that wait for an answer the first asks for it, once, when the rest is answered.

        The others are kept for the turn in which nothing is waited for any more, as are those of earlier turns. After
        a failure nothing more is run: what was not is kept for the next turn.
        """
        left, waiting = list(questions), list[Question]()
        again = set()
        while left and not self.failed:
            question = left.pop(0)
            if waiting:
                # The dialogue does not remember what a question that was taken back named.
                question = _about_the_same(question, waiting[-1].entities(*ABOUT))
            kept = _about_the_same(question, _remembered(self._trackers.latest))
            again.add(_what_is_asked(kept))
            before = self._trackers.saved
            is_followed = bool(left or waiting)
            ran = await self._run(question, is_followed=is_followed)
            self.asked.append(ran)
            if ran.asks_anew and is_followed and not self.failed:
                self._trackers.saved = before
                waiting.append(kept)
            else:
                self.said.append(ran)
        while waiting and not self.failed:
            ran = await self._run(waiting.pop(0))
            self.said.append(ran)
            if ran.asks:
                break
        earlier = [each for each in self._read_pending() if _what_is_asked(each) not in again]
        while earlier and not waiting and not self.said[-1].waits and not self.failed:
            self.said.append(await self._run(earlier.pop(0)))
        self._keep_pending(
            [*waiting, *(_about_the_same(each, _remembered(self._trackers.latest)) for each in left), *earlier]
        )

    async def _run(self, question: Question, *, is_followed: bool = False) -> Ran:
        before, failures = self._trackers.saved, len(self._failures)
        channel = TurnChannel(self._channel)
        message = self._write(question, channel)
        try:
            start = await self._trackers.retrieve(message.sender_id)
            remaining_s = self._until - asyncio.get_running_loop().time()
            await asyncio.wait_for(self._processor.handle_message(message), remaining_s)
        except Exception as error:
            self._trackers.saved = before
            self.failed, self.error = True, error
            return Ran(question, tuple(channel.replies))
        self.failed = bool(channel.dropped) or len(self._failures) > failures
        after = self._trackers.saved
        in_form = after is not None and bool(after.active_loop_name)
        asks = in_form or any(reply.awaiting for reply in channel.replies)
        is_same = in_form and _open_question(start) == _open_question(after)
        if after is not None and is_same and is_followed:
            # The form's question comes again behind the next answer, and is said only there.
            _set(after, _TIMES_ASKED, _slot(start, _TIMES_ASKED))
        # A form may close without a word and leave what it was for waiting.
        waits = asks or bool(_slot(after, _WAITING_TOPIC))
        # A member number or a birth date is an attempt, and the attempt is counted: once for one message.
        asks_anew = asks and not is_same and not _proves(after)
        return Ran(question, tuple(channel.replies), asks, asks_anew, waits)

    def _read_pending(self) -> list[Question]:
        written = json.loads(str(_slot(self._trackers.saved, PENDING_SLOT) or "[]"))
        return [Question(each["text"], each) for each in written]

    def _keep_pending(self, questions: Sequence[Question]) -> None:
        # Words that prove who somebody is are for one attempt, and kept nowhere.
        questions = [each for each in questions if not each.values(*PROOF)]
        written = json.dumps([_as_kept(each) for each in questions[:_MOST_PENDING]]) if questions else None
        if self._trackers.saved is not None:
            _set(self._trackers.saved, PENDING_SLOT, written)


def _open_question(tracker: DialogueStateTracker | None) -> list[object]:
    form = tracker.active_loop_name if tracker is not None else None
    return [form, *(_slot(tracker, name) for name in _OPEN_QUESTION)]


def _proves(tracker: DialogueStateTracker | None) -> bool:
    """Whether the last message gave something of what proves who somebody is."""
    for event in reversed(tracker.events if tracker is not None else ()):
        if isinstance(event, SlotSet) and event.key in PROOF and event.value is not None:
            return True
        if isinstance(event, UserUttered):
            break
    return False


def _slot(tracker: DialogueStateTracker | None, name: str) -> object:
    return tracker.slots[name].value if tracker is not None and name in tracker.slots else None


def _set(tracker: DialogueStateTracker, name: str, value: object) -> None:
    if name in tracker.slots and tracker.slots[name].value != value:
        tracker.update(SlotSet(name, value))


def _about_the_same(question: Question, subject: Sequence[Mapping[str, Any]]) -> Question:
    """The question with this subject, where it has none of its own."""
    if question.values(*ABOUT) or find_class(question.text):
        return question
    entities = [*question.reading["entities"], *({**each, "start": 0, "end": 0} for each in subject)]
    return Question(question.text, {**question.reading, "entities": entities})


def _remembered(tracker: DialogueStateTracker | None) -> list[Mapping[str, Any]]:
    """What the dialogue is about, as entities."""
    return [{"entity": name, "value": value} for name in sorted(ABOUT) if (value := _slot(tracker, name))]


def _what_is_asked(question: Question) -> tuple[str, frozenset[str]]:
    """Two questions with the same topic and subject are one."""
    return question.topic, frozenset(question.values(*ABOUT))


def _as_kept(question: Question) -> dict[str, object]:
    entities = [each for each in question.reading["entities"] if each["entity"] not in PROOF]
    return {"text": question.text, "intent": question.reading["intent"], "entities": entities}
