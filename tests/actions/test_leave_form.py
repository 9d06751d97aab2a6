"""After a danger nothing that was talked about goes on by itself."""

from __future__ import annotations

import json

from tests.actions.stage import Stage

ASKED = json.dumps({"topic": "precertification", "text": "how long does approval take", "named": []})


async def test_what_was_talked_about_is_forgotten() -> None:
    slots = {"plan": "independence", "last_topic": "precertification", "last_question": ASKED, "facts_given": 2}
    stage = Stage(plan_id="independence", slots=slots)
    await stage.run("action_leave_form", "crisis", text="i want to kill myself")
    left = {name: stage.slots[name] for name in ("plan", "last_topic", "last_question", "facts_given")}
    assert left == {"plan": "independence", "last_topic": None, "last_question": None, "facts_given": None}
