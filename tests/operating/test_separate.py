"""Gateway, actions and engine started separately, on PostgreSQL, answer as one product."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from bot.http.ports import free_port
from tests.member import Member
from tests.product import ROOT

READY_WITHIN_S = 90.0


@pytest.fixture
def separate_gateway(postgres_url: str, tmp_path: Path) -> Iterator[str]:
    ports = {name: free_port() for name in ("gateway", "actions", "engine")}
    environment = {
        **os.environ,
        "GENE_GUIDE_DATABASE_URL": postgres_url,
        "GENE_GUIDE_PORT": str(ports["gateway"]),
        "GENE_GUIDE_ACTIONS_PORT": str(ports["actions"]),
        "GENE_GUIDE_ACTIONS_SECRET": "the-actions-secret",
        "GENE_GUIDE_ACTIONS_URL": f"http://127.0.0.1:{ports['actions']}/webhook",
        "GENE_GUIDE_ENGINE_PORT": str(ports["engine"]),
        "GENE_GUIDE_ENGINE_URL": f"http://127.0.0.1:{ports['engine']}",
        "GENE_GUIDE_ENGINE_SECRET": "the-engine-secret",
    }
    command = [sys.executable, "-m", "bot.cli"]
    subprocess.run([*command, "migrate"], cwd=ROOT, env=environment, check=True, timeout=60)
    with (tmp_path / "log").open("wb") as log:
        processes = [
            subprocess.Popen([*command, verb], cwd=ROOT, env=environment, stdout=log, stderr=log)
            for verb in ("actions", "engine", "gateway")
        ]
    yield f"http://127.0.0.1:{ports['gateway']}"
    for process in processes:
        process.terminate()
    for process in processes:
        assert process.wait(timeout=10) == 0, (tmp_path / "log").read_text(encoding="utf-8")


async def test_three_processes_on_postgresql_answer_with_a_citation(separate_gateway: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with aiohttp.ClientSession() as http:
        await _until_ready(http, separate_gateway)
        member = Member(http, separate_gateway)
        await member.open(plan="caresource", state="OH")
        await member.say("is gene therapy covered for caresource members")
        assert member.last_replies[-1]["outcome"] == "answer"
        assert {citation["number"] for citation in member.last_replies[-1]["citations"]} == {"MP-AD-1623"}
        # Each process writes lines of its own, and one id finds those of the turn in all three.
        said = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        turn = next(line["request_id"] for line in said if line["event"] == "turn.answered")
        events = {line["event"] for line in said if line.get("request_id") == turn}
        assert events >= {"turn.answered", "engine.turn", "action.done"}
        ready = {(line["process"], line["event"]) for line in said if line["event"].endswith(".ready")}
        assert ready == {("gateway", "serving.ready"), ("actions", "serving.ready"), ("engine", "engine.ready")}
        assert {line["process"] for line in said if line["event"] == "action.done"} == {"actions"}


async def _until_ready(http: aiohttp.ClientSession, gateway: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            async with http.get(f"{gateway}/readyz") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("the gateway did not become ready")
