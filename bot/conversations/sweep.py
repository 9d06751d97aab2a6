"""What has come due? Every timer of a handoff is a row, and this looks at the rows: a restart loses none.

Each finding is decided again in the transaction that acts on it, so that two sweeps at once act once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import wording as words
from bot.conversations import rules
from bot.conversations.announcements import Announcement, Announcements
from bot.conversations.coach_service import PRESENT_FOR, CoachService
from bot.conversations.desk_store import DeskStore
from bot.conversations.handoff import CoachId, HandoffEvent
from bot.conversations.handoff_service import HandoffService
from bot.conversations.live import DESK, DeskChanged
from bot.conversations.model import Conversation, ConversationClosed, ConversationNotFound, Holder
from bot.conversations.port import Change, Ending, Logged
from bot.conversations.record import Record
from bot.database import StoreUnavailable
from bot.database.write_check_store import WriteCheck
from bot.metrics import SWEEP, SWEEP_ENDED

log = structlog.get_logger()

INTERVAL_S = 3.0
# An action of the assistant opens a request a moment before its answer tells the member about it.
_UNTOLD_FOR = timedelta(seconds=10)
# Longer than a talk on the phone, during which the console may sleep.
_CALL_KEPT_FOR = timedelta(minutes=45)
_LONG_WAIT = timedelta(minutes=10)
# A coach who comes and goes, or whose console does, is not announced at every turn: what lasts is told.
_SAME_NEWS_AFTER = timedelta(minutes=10)
_LOOKED_BACK = 50
# Consoles say every 20 s that they are there. Whoever could not listen for this long may hold them for gone.
_DEAF_S = 15.0


class Sweep:
    """Gives back what coaches abandoned, ends what expired, and tells the waiting what has changed."""

    def __init__(
        self,
        record: Record,
        desk: DeskStore,
        coaches: CoachService,
        handoffs: HandoffService,
        announcements: Announcements,
        write_check: WriteCheck,
    ) -> None:
        self._record = record
        self._desk = desk
        self._coaches = coaches
        self._handoffs = handoffs
        self._announcements = announcements
        self._write_check = write_check
        # Consoles need a moment to say that they are there after we were not.
        self._began_at = record.clock()

    @asynccontextmanager
    async def running(self, interval_s: float = INTERVAL_S) -> AsyncIterator[None]:
        """Sweeps again and again in the background, until the end of the block."""
        task = asyncio.create_task(self._run(interval_s))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def run_once(self) -> None:
        """One look at everything. Raises StoreUnavailable."""
        for step in (
            self._end_idle_sessions,
            self._release_abandoned,
            self._release_calls,
            self._expire,
            self._tell_waiting,
            self._refresh_line,
        ):
            try:
                await step()
            except StoreUnavailable:
                raise
            except Exception as error:
                # One fault must not stop the other timers.
                log.error("sweep.failed", step=step.__name__, error=type(error).__name__)

    async def _run(self, interval_s: float) -> None:
        listened_at = self._record.clock()
        while True:
            await asyncio.sleep(interval_s)
            deaf_s = self._look_back(listened_at)
            try:
                # What consoles say is kept by writes, so reads alone tell nothing of them.
                await self._write_check.write()
                listened_at = self._record.clock()
                if deaf_s:
                    log.warning("sweep.was_deaf", seconds=deaf_s)
                with SWEEP.time():
                    await self.run_once()
                SWEEP_ENDED.set_to_current_time()
            except StoreUnavailable as error:
                log.warning("sweep.store_unavailable", error=type(error).__name__)

    def _look_back(self, listened_at: datetime) -> int:
        """How many seconds we heard of no console: our process stood still, the database kept nothing, the machine
        slept, or its clock was set. That says nothing of the consoles: they get the time that they have when we begin,
        to say that they are there."""
        now = self._record.clock()
        deaf_s = round((now - listened_at).total_seconds())
        if abs(deaf_s) <= _DEAF_S:
            return 0
        self._began_at = now
        return deaf_s

    async def _end_idle_sessions(self) -> None:
        for token_hash, coach_id in await self._coaches.list_idle_sessions():
            with _alone(coach_id=coach_id):
                off_duty = await self._coaches.end_session(token_hash, coach_id)
                log.info("console.idle_end", coach_id=coach_id, off_duty=off_duty)
                if off_duty:
                    await self._handoffs.release_all(CoachId(coach_id), HandoffEvent.RELEASED)

    async def _release_abandoned(self) -> None:
        now = self._record.clock()
        if now - self._began_at < PRESENT_FOR:
            return
        for conversation_id, coach_id in await self._desk.list_abandoned(now - PRESENT_FOR, now + PRESENT_FOR):
            with _alone(conversation_id=conversation_id):
                await self._handoffs.release(
                    conversation_id, CoachId(coach_id), HandoffEvent.VANISHED, unless_seen_at=now
                )

    async def _release_calls(self) -> None:
        """A call that a coach took and did not make is open again once they have been gone for long."""
        if await self._desk.release_calls(self._record.clock() - _CALL_KEPT_FOR):
            self._record.live.publish(DESK, DeskChanged())

    async def _expire(self) -> None:
        for conversation_id in await self._desk.list_expired(self._record.clock()):
            await self._act(conversation_id, self._expire_one)

    async def _tell_waiting(self) -> None:
        now = self._record.clock()
        on_duty = bool(await self._coaches.list_on_duty())
        for conversation_id in await self._desk.list_waiting(now, told=None, before=now - _UNTOLD_FOR):
            await self._act(conversation_id, self._tell_first)
        stale = "unavailable" if on_duty else "waiting"
        if on_duty or now - self._began_at >= PRESENT_FOR:
            for conversation_id in await self._desk.list_waiting(now, told=stale):
                await self._act(conversation_id, self._tell_change)
        if on_duty:
            for conversation_id in await self._desk.list_long_waiting(now - _LONG_WAIT, now):
                await self._act(conversation_id, self._tell_long_wait)

    async def _refresh_line(self) -> None:
        """Whoever watches their place in the line sees it move."""
        if not self._record.live.take_desk_moved():
            return
        for conversation_id in await self._desk.list_in_line():
            if not self._record.live.open_lines(conversation_id):
                continue
            with _alone(conversation_id=conversation_id):
                conversation = await self._record.get(conversation_id)
                self._record.live.publish(conversation_id, self._record.read_state(conversation))

    async def _act(self, conversation_id: str, act: Callable[[Conversation], Awaitable[None]]) -> None:
        with _alone(conversation_id=conversation_id):
            await act(await self._record.get(conversation_id))

    async def _expire_one(self, conversation: Conversation) -> None:
        now = self._record.clock()

        def decide(found: Conversation) -> Change:
            if found.holder is not Holder.WAITING or found.expires_at > now:
                raise _NotDue
            said = self._announcements.say(words.HANDOFF_EXPIRED, found)
            return Change(
                rules.close(found, now),
                entries=self._record.entries((said,)),
                ends=Ending(HandoffEvent.EXPIRED),
                log=(Logged(HandoffEvent.EXPIRED),),
            )

        await self._record.change(conversation.id, decide)

    async def _tell_first(self, conversation: Conversation) -> None:
        """The answer that should have told the member was lost with a process."""
        duty = await self._announcements.look(conversation)

        def choose(found: Conversation) -> Announcement | None:
            told = found.handoff.told if found.handoff else "waiting"
            if told:
                return None
            return self._announcements.standing(found, duty)

        await self._tell(conversation, choose)

    async def _tell_change(self, conversation: Conversation) -> None:
        duty = await self._announcements.look(conversation)
        since = self._record.clock() - _SAME_NEWS_AFTER
        latest = await self._record.store.list_last_messages(conversation.id, _LOOKED_BACK)
        # Newer than now is what was said before the clock was put back.
        until = self._record.clock() + PRESENT_FOR
        told_lately = {message.key for message in latest if since < message.created_at < until}

        def choose(found: Conversation) -> Announcement | None:
            told = found.handoff.told if found.handoff else None
            news = None
            if duty.on_duty and told == "unavailable":
                news = self._announcements.here_now(found, duty)
            elif not duty.on_duty and told == "waiting":
                news = self._announcements.unavailable(found, duty, since_asked=True)
            return None if news is None or news.draft.key in told_lately else news

        await self._tell(conversation, choose)

    async def _tell_long_wait(self, conversation: Conversation) -> None:
        duty = await self._announcements.look(conversation)

        def choose(found: Conversation) -> Announcement | None:
            handoff = found.handoff
            if handoff is None or handoff.long_wait_told or handoff.told != "waiting":
                raise _NotDue
            return self._announcements.long_wait(found, duty)

        await self._tell(conversation, choose, long_wait=True)

    async def _tell(
        self,
        conversation: Conversation,
        choose: Callable[[Conversation], Announcement | None],
        *,
        long_wait: bool = False,
    ) -> None:
        def decide(found: Conversation) -> Change:
            announcement = choose(found) if found.holder is Holder.WAITING else None
            if announcement is None and not long_wait:
                raise _NotDue
            if found.holder is not Holder.WAITING:
                raise _NotDue
            if announcement is None:
                return Change(found, long_wait_told=True)
            entries = self._record.entries((announcement.draft,))
            # A question that is open stays open: what is offered stands on the buttons.
            awaiting = found.awaiting or announcement.awaiting
            return Change(
                replace(found, awaiting=awaiting),
                entries=entries,
                announcement=entries[0].id,
                told=announcement.told,
                long_wait_told=long_wait,
            )

        await self._record.change(conversation.id, decide)


class _NotDue(Exception):
    """Somebody else was faster, or it is not so any more."""


@contextmanager
def _alone(**named: str) -> Iterator[None]:
    """A fault in the block stops nobody else's timers. Raises StoreUnavailable."""
    try:
        with suppress(_NotDue, ConversationClosed, ConversationNotFound):
            yield
    except StoreUnavailable:
        raise
    except Exception as error:
        log.error("sweep.failed", **named, error=type(error).__name__)
