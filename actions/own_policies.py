"""Which policies of the member's plan are about what is asked, and do facts of ours lean on them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actions.policy_match import POLICIES, build_matcher
from actions.services import ActionServices
from actions.turn_context import Turn
from knowledge.policies.model import PolicyDocument


@dataclass(frozen=True)
class OwnPolicy:
    """A policy of the plan that is in force.

    `is_named`: its title is about what is asked; `is_silent`: no fact of ours leans on it.
    """

    document: PolicyDocument
    is_named: bool
    is_silent: bool


async def list_own_policies(turn: Turn, day: date, services: ActionServices) -> tuple[OwnPolicy, ...]:
    """The plan's policies in force that are about what is asked, those named for it first; none of another plan's."""
    if turn.plan is None:
        return ()
    current = await services.policies.list_current_documents(turn.scope, day)
    own = [document for document in current if document.payer and document.kind in POLICIES]
    if not own:
        return ()
    matcher = await build_matcher(turn.about, services, turn.question)
    found = []
    for document in own:
        is_named = matcher.names(document)
        if is_named or matcher.is_of_class(document):
            record = await services.policies.find_version(document.version_id)
            found.append(OwnPolicy(document, is_named, record is not None and not record.facts))
    return tuple(sorted(found, key=lambda policy: not policy.is_named))
