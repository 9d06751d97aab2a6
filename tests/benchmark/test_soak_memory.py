"""Does the soak see a process that grows, one that nobody watched, and a watch that broke off?"""

from __future__ import annotations

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.benchmark.soak_memory import Held, check_calm, check_lives, list_lives
from tests.benchmark.soak_run import Plan, soak
from tests.benchmark.soak_world import APP, ENGINE, PARTS, POSTGRES


def _held(part: str, pid: int, values: list[float], every_s: float = 1.0) -> list[Held]:
    return [Held(part, pid, at * every_s, value) for at, value in enumerate(values)]


def test_a_process_that_grows_is_found_and_one_that_fills_its_caches_is_not() -> None:
    flat = _held(ENGINE, 1, [150.0, 178, 180, 181, *[182.0] * 26])
    growing = _held(ENGINE, 2, [180.0 + 2 * at for at in range(30)])
    short = _held(ENGINE, 3, [180.0, 400.0])
    lives = list_lives(flat + growing + short)
    assert [(life.seconds, life.is_flat) for life in lives] == [(29, True), (29, False)]


def test_a_part_that_nobody_watched_for_long_enough_is_wrong() -> None:
    watched = [each for part in (APP, ENGINE) for each in _held(part, 1, [180.0] * 30)]
    for check in (check_lives, check_calm):
        assert len(check(list_lives(watched))) == 1
        assert len(check(list_lives(watched + _held(POSTGRES, 1, [30.0] * 5)))) == 1
        assert check(list_lives(watched + _held(POSTGRES, 1, [30.0] * 30))) == []
        assert len(check([])) == len(PARTS)


def test_a_slow_leak_is_found_in_the_quiet_minutes_and_the_ups_and_downs_of_an_allocator_are_not() -> None:
    others = [each for part in (APP, POSTGRES) for each in _held(part, 1, [30.0] * 180, every_s=2)]

    def judge(values: list[float]) -> list[str]:
        return check_calm(list_lives(others + _held(ENGINE, 1, values, every_s=2)))

    # Two seconds apart: 2 MB a minute, which the rule for the lives between kills would allow.
    leak = [180.0 + at / 15 for at in range(180)]
    assert len(judge(leak)) == 1
    assert check_lives(list_lives(others + _held(ENGINE, 1, leak, every_s=2))) == []
    assert judge([180.0 + 8 * (at % 7 == 0) for at in range(180)]) == []
    assert judge([180.0 - at / 15 for at in range(180)]) == []


class _BrokenWorld:
    """A world in which nothing can be watched, and kills do nothing."""

    def __init__(self, base_url: str, database_url: str) -> None:
        self.base_url = base_url
        self.database_url = database_url

    def list_parts(self) -> dict[str, int]:
        raise ValueError("nobody thought of this")

    def do_nothing(self) -> None:
        """Stands for every kill."""

    kill_engine = kill_app = kill_postgres = do_nothing


async def test_a_watch_that_breaks_off_is_wrong(sqlite_url: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("/messages"):
            return web.json_response({"message": {"id": "asked"}, "replies": [{"id": "answer", "outcome": "answer"}]})
        status = 201 if request.method == "POST" else 200
        return web.json_response({"conversation_id": "talk", "token": "token"}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        world = _BrokenWorld(str(server.make_url("")).rstrip("/"), sqlite_url)
        plan = Plan(seconds=0.5, turns_a_second=2, pause_s=0.01, calm_s=0.5, memory_every_s=0.01)
        outcome = await soak(world, plan)  # type: ignore[arg-type]
    assert "ValueError: nobody thought of this" in outcome.wrong
