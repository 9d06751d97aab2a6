"""Which questions of ours has this dialogue heard, and how often in a row?"""

from __future__ import annotations

from dataclasses import dataclass

# So often a question is put, the second time in other words; then it waits in silence for its answer. Nobody is asked
# for the plan a third time in the whole dialogue: the answer is general then.
MOST_ASKED = 2
_ONCE_AND_FOR_ALL = "plan"
# Between the questions: an answer was taken, or a form was opened.
_PROGRESS = "|"
# Long before a dialogue has so many, its member has a coach; what is kept must not grow for ever.
_MOST_KEPT = 60


@dataclass(frozen=True)
class Asked:
    """The fields that were asked for, in order, with a mark where the dialogue got on."""

    trail: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str | None) -> Asked:
        """From what `as_text` wrote."""
        return cls(tuple((text or "").split()))

    def as_text(self) -> str | None:
        """For the slot `asked_fields`; None for nothing."""
        return " ".join(self.trail[-_MOST_KEPT:]) or None

    def after(self, field: str) -> Asked:
        """With one more question for this field."""
        return Asked((*self.trail, field))

    def after_progress(self) -> Asked:
        """With the mark, once."""
        return self if self.trail[-1:] in ((), (_PROGRESS,)) else Asked((*self.trail, _PROGRESS))

    def count(self, field: str) -> int:
        """How often the field was asked for in the whole dialogue."""
        return self.trail.count(field)

    def count_in_a_row(self, field: str) -> int:
        """How often it was asked for since the dialogue got on."""
        since = self.trail[::-1].index(_PROGRESS) if _PROGRESS in self.trail else len(self.trail)
        return self.trail[len(self.trail) - since :].count(field)

    def is_enough(self, field: str) -> bool:
        """True where the field is not asked for again: the plan in this dialogue, another one until it gets on."""
        return (self.count(field) if field == _ONCE_AND_FOR_ALL else self.count_in_a_row(field)) >= MOST_ASKED
