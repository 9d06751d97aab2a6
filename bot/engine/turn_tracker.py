"""How is a dialogue copied and looked through, many times a turn, without replaying and recreating it each time?"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    FollowupAction,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# The kinds of events in an ordinary dialogue. To ask an event for its type is quick; Rasa asks whether it is an
# instance, which goes through the machinery of abstract classes, a thousand times a turn.
_NEVER_UNDOING = frozenset(
    {
        ActionExecuted, ActionExecutionRejected, ActiveLoop, BotUttered, DefinePrevUserUtteredFeaturization,
        FollowupAction, LoopInterrupted, SlotSet, UserUttered,
    }
)  # fmt: skip


class TurnTracker(DialogueStateTracker):
    """Rasa's tracker with the same state for less work.

    In a turn Rasa makes half a dozen copies of a tracker, each by copying every slot through the pickle protocol and
    applying every event anew, and works out as often which events have not been undone.
    """

    _applied: tuple[int, list[Event]]

    def __init__(self, conversation_id: str, slots: Iterable[Slot]) -> None:
        super().__init__(conversation_id, ())
        self.slots = {slot.name: _copy_slot(slot) for slot in slots}
        self._reset_slots()
        self._applied = (0, [])

    @classmethod
    def of(cls, conversation_id: str, slots: Iterable[Slot], events: Sequence[Event]) -> TurnTracker:
        """The tracker after these events."""
        tracker = cls(conversation_id, slots)
        tracker.recreate_from_dialogue(Dialogue(conversation_id, list(events)))
        return tracker

    def init_copy(self) -> TurnTracker:
        """A tracker of the same conversation at its beginning."""
        return TurnTracker(self.sender_id, self.slots.values())

    def copy(self) -> TurnTracker:
        """A tracker with the same events in the same state; what happens to one does not happen to the other."""
        other = copy.copy(self)
        other.events = deque(self.events, self.events.maxlen)
        other.slots = {name: _copy_slot(slot) for name, slot in self.slots.items()}
        other.active_loop = copy.copy(self.active_loop)
        return other

    def update(self, event: Event, domain: Domain | None = None) -> None:
        """The dialogue goes on with this event."""
        self.events.append(event)
        event.apply_to(self)

    def applied_events(self) -> list[Event]:
        """The events that have not been undone; worked out again when there is a new one."""
        if self._applied[0] != len(self.events):
            self._applied = (len(self.events), self._sift())
        return list(self._applied[1])

    def _sift(self) -> list[Event]:
        # The forms that were open; an action of theirs may replace an earlier one, and what led to it.
        forms = {event.name for event in self.events if type(event) is ActiveLoop and event.name}
        applied: list[Event] = []
        for event in self.events:
            kind = type(event)
            if kind is SessionStarted:
                applied = []
            elif kind is not ActionExecuted or event.action_name not in forms:
                if kind not in _NEVER_UNDOING:
                    return list(super().applied_events())
                applied.append(event)
            elif self._first_loop_execution_or_unhappy_path(event.action_name, applied):
                applied.append(event)
            else:
                self._undo_till_previous_loop_execution(event.action_name, applied)
        return applied


def _copy_slot(slot: Slot) -> Any:
    copied = object.__new__(type(slot))
    copied.__dict__.update(slot.__dict__)
    return copied
