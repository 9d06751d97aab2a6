"""Which place does a member mean who names a town or a state instead of a ZIP code?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actions.facility_words import find_town, is_town
from actions.spoken import say_state
from actions.turn_context import Turn
from knowledge.facilities.model import Facility
from knowledge.facilities.places import find_towns


@dataclass(frozen=True)
class NamedPlace:
    """A place by its name. `zip_code` is one in its middle, None where it is not known which place it is.

    `is_town` is True where its state would tell.
    """

    name: str
    zip_code: str | None
    is_town: bool


def find_named_place(turn: Turn, facilities: Iterable[Facility] = ()) -> NamedPlace | None:
    """The place that the message names, or with its state the town that was named before; None for none.

    A town of many states is the one that has a hospital of the network.
    """
    state = None if turn.named("plan") else turn.named("state")
    bare = turn.text.strip(" .,!?").title() if turn.requested_slot == "zip_code" and is_town(turn.text) else None
    town = turn.named("city") or bare or find_town(turn.question) or (turn.slots.town if state else None)
    if town and state and town.casefold() == say_state(state).casefold() and state not in find_towns(town):
        # There is an Ohio in Illinois.
        town = None
    if town is None:
        return NamedPlace(say_state(state), None, is_town=False) if state else None
    states = find_towns(town)
    if not states:
        return NamedPlace(town, None, is_town=False)
    if state is None:
        own = {each.state for each in facilities if each.city.casefold() == town.casefold()} & set(states)
        likely = own or set(states)
        state = next(iter(likely)) if len(likely) == 1 else None
    return NamedPlace(town, states.get(state or ""), is_town=True)
