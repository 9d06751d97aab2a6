"""The private route lets nobody in without the secret, and a member is answered whatever an action does."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from actions.server import create_actions_app
from knowledge.policies.service import PolicyService
from tests.actions.cast import CONVERSATION
from tests.actions.stage import Stage

CALL = {
    "next_action": "action_answer_coverage_general",
    "tracker": {
        "sender_id": CONVERSATION,
        "slots": {},
        "events": [],
        "latest_message": {"text": "my number is GG1000001", "intent": {"name": "coverage_general"}, "entities": []},
    },
}
OPEN = {"Authorization": "Bearer secret"}


async def post(body: Any, headers: dict[str, str], stage: Stage | None = None) -> tuple[int, Any]:
    app = create_actions_app((stage or Stage(plan_id="independence")).executor, "secret")
    async with TestClient(TestServer(app)) as client:
        response = await client.post(
            "/webhook", headers=headers, **({"data": body} if isinstance(body, str) else {"json": body})
        )
        return response.status, await response.json()


async def test_a_call_with_the_secret_runs_the_action_without_a_domain() -> None:
    status, result = await post(CALL, OPEN)

    assert status == 200
    assert [response["response"] for response in result["responses"]] == ["utter_coverage_general_answer"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}])
async def test_a_call_without_the_secret_is_refused(headers: dict[str, str]) -> None:
    assert await post(CALL, headers) == (401, {"code": "ACTIONS_UNAUTHORISED"})


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"next_action": "action_answer_cost", "tracker": 1}'])
async def test_a_malformed_call_is_refused(body: str) -> None:
    assert await post(body, OPEN) == (400, {"code": "ACTION_CALL_MALFORMED"})


async def test_an_unknown_action_is_refused() -> None:
    assert await post({**CALL, "next_action": "action_nobody_wrote"}, OPEN) == (404, {"code": "ACTION_NOT_FOUND"})


async def test_a_failing_action_is_answered_and_no_words_are_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("GG1000001")

    monkeypatch.setattr(PolicyService, "find_facts", break_down)
    with capture_logs() as logs:
        status, result = await post(CALL, OPEN)

    assert status == 200
    assert [response["response"] for response in result["responses"]] == ["utter_failure_action"]
    assert [entry["event"] for entry in logs] == ["action.failed", "action.done"]
    assert "GG1000001" not in str(logs)


def test_an_empty_secret_opens_nothing() -> None:
    with pytest.raises(ValueError, match="secret"):
        create_actions_app(Stage().executor, "")
