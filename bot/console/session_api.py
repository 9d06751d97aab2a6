"""Who is at the desk? Sign-in and sign-out, heartbeat, and duty."""

from __future__ import annotations

from aiohttp import web

from bot.console.accounts import DEMO_PASSWORD, is_username
from bot.console.door import SIGNED, Door
from bot.console.passwords import Passwords
from bot.console.problems import SignInRefused
from bot.console.requests import Heartbeat, SetDuty, SignIn
from bot.console.sessions import Sessions, Signed, read_cookie
from bot.console.sign_in_limits import SignInLimits
from bot.console.views import view_own, view_session
from bot.conversations.coach_service import CoachService
from bot.conversations.handoff import Coach
from bot.http.reading import read_body


class SessionApi:
    """The handlers, named as the operations are."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        coaches: CoachService,
        passwords: Passwords,
        limits: SignInLimits,
        door: Door,
        demo: bool,
    ) -> None:
        self._sessions = sessions
        self._coaches = coaches
        self._passwords = passwords
        self._limits = limits
        self._door = door
        self._demo = demo

    async def sign_in(self, request: web.Request) -> web.Response:
        """Opens a session, with a token that nobody knew before."""
        body = await read_body(request, SignIn)
        username, address = body.username.strip().lower(), self._door.client_of(request)
        self._limits.begin(username, address)
        try:
            coach = await self._recognise(username, body.password)
        except SignInRefused:
            raise
        except BaseException:
            # Nobody was wrong: the database was away, or the browser did not wait.
            self._limits.take_back(username, address)
            raise
        self._limits.succeed(username, address)
        signed = await self._sessions.open(coach, replaced=read_cookie(request))
        response = web.json_response(view_session(signed, demo=self._demo))
        self._sessions.set_cookie(response, signed)
        return response

    async def show_session(self, request: web.Request) -> web.Response:
        """Who is signed in."""
        return web.json_response(view_session(request[SIGNED], demo=self._demo))

    async def sign_out(self, request: web.Request) -> web.Response:
        """Ends the session; what the coach holds goes back to the queue at once."""
        await self._sessions.end(request[SIGNED])
        response = web.Response(status=204)
        self._sessions.clear_cookie(response)
        return response

    async def give_heartbeat(self, request: web.Request) -> web.Response:
        """The console is there; only an active one keeps the session open."""
        body = await read_body(request, Heartbeat)
        signed: Signed = request[SIGNED]
        await self._coaches.heartbeat(signed.coach.id, signed.key)
        if body.active:
            await self._sessions.touch(signed)
            signed = await self._sessions.find(signed.token)
        left_s = self._sessions.seconds_left(signed)
        return web.json_response({"idle_seconds_left": left_s, "on_duty": signed.coach.is_on_duty})

    async def set_duty(self, request: web.Request) -> web.Response:
        """Takes members from now on, or no more."""
        body = await read_body(request, SetDuty)
        coach = await self._coaches.set_duty(request[SIGNED].coach.id, body.on_duty)
        return web.json_response({"coach": view_own(coach)})

    async def _recognise(self, username: str, password: str) -> Coach:
        """The coach with this name and password. Raises SignInRefused."""
        known = await self._coaches.find_by_username(username) if is_username(username) else None
        verdict = await self._passwords.check(password, known.password_hash if known else None)
        # The demo's password stands in its documents: what it opened on a demo's database opens nothing anywhere else.
        is_public = password == DEMO_PASSWORD and not self._demo
        if known is None or not verdict.is_right or is_public:
            raise SignInRefused
        if verdict.new_hash is not None:
            await self._coaches.set_password(known.coach.id, verdict.new_hash)
        return known.coach
