"""Which plans can a member choose from? One button for each that is on file."""

from __future__ import annotations

import json

from actions.replies import Button
from actions.services import ActionServices


async def list_plan_choices(services: ActionServices) -> list[Button]:
    """The plans in the order of the file; choosing one goes on with the question that hangs on it."""
    plans = await services.policies.list_plans()
    return [Button(plan.name, f"/inform{json.dumps({'plan': plan.id})}") for plan in plans]
