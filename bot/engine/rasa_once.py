"""What does Rasa work out anew at every turn, although it never changes while the engine runs?"""

from __future__ import annotations

import functools

from rasa.shared.core.events import Event


@functools.lru_cache(maxsize=1)
def work_out_once() -> None:
    """Makes Rasa remember it, in this process; call it when everything of Rasa has been imported."""
    # Rasa looks through all kinds of events, asking each whether it is abstract, for every event that it reads: 5 ms a
    # turn. A name that is not known raises, and what is raised is not remembered.
    Event.resolve_by_type = staticmethod(functools.lru_cache(maxsize=256)(Event.resolve_by_type))
