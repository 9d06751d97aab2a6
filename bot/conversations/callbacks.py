"""Which calls were promised, and which coach makes them?"""

from __future__ import annotations

from bot.conversations.coach_service import CoachService
from bot.conversations.desk_store import DeskStore
from bot.conversations.handoff import (
    AlreadyClaimed,
    Callback,
    CoachId,
    CoachNotOnDuty,
    HandoffEvent,
    VersionConflict,
)
from bot.conversations.live import DESK, DeskChanged
from bot.conversations.port import Logged
from bot.conversations.record import Record, log_handoff


class CallbackService:
    """The coaches' list of promised calls. Every method raises StoreUnavailable when the database cannot answer.

    `version` is the one that the coach saw; an older one raises VersionConflict, so that nobody is called twice.
    """

    def __init__(self, record: Record, desk: DeskStore, coaches: CoachService) -> None:
        self._record = record
        self._desk = desk
        self._coaches = coaches

    async def list_callbacks(self, *, include_done: bool = False) -> tuple[Callback, ...]:
        """The promised calls by day, morning before afternoon."""
        return await self._desk.list_callbacks(include_done=include_done)

    async def take_callback(self, callback_id: int, coach_id: CoachId, version: int) -> Callback:
        """This coach makes the call. Raises CallbackNotFound, AlreadyClaimed, VersionConflict, CoachNotOnDuty."""
        self._check_caller(await self._desk.get_callback(callback_id), coach_id)
        if coach_id not in {coach.id for coach in await self._coaches.list_on_duty()}:
            raise CoachNotOnDuty
        return await self._change(
            callback_id, version, HandoffEvent.CALL_TAKEN, coach_id, status="taken", coach_id=coach_id
        )

    async def finish_callback(
        self, callback_id: int, coach_id: CoachId, version: int, *, reached: bool, note: str | None
    ) -> Callback:
        """The call was made; a member who was not reached stays on the list.

        Raises CallbackNotFound, AlreadyClaimed when it is another coach's, VersionConflict.
        """
        callback = await self._desk.get_callback(callback_id)
        self._check_caller(callback, coach_id)
        if callback.status != "taken":
            raise VersionConflict
        attempts = callback.attempts + 1
        made = {"status": "done", "done_at": self._record.clock(), "coach_id": coach_id}
        ended = made if reached else {"status": "open", "coach_id": None}
        kept = {"note": note} if note else {}
        event = HandoffEvent.CALL_MADE if reached else HandoffEvent.CALL_MISSED
        return await self._change(callback_id, version, event, coach_id, attempts=attempts, **ended, **kept)

    def _check_caller(self, callback: Callback, coach_id: CoachId) -> None:
        if callback.coach is not None and callback.coach.id != coach_id:
            raise AlreadyClaimed(callback.coach.name)

    async def _change(
        self, callback_id: int, version: int, event: HandoffEvent, caller: CoachId, **values: object
    ) -> Callback:
        callback = await self._desk.change_callback(callback_id, version, **values)
        conversation = await self._record.get(callback.conversation_id)
        await self._desk.record_event(conversation, event, caller, self._record.clock())
        log_handoff(conversation.id, Logged(event, None, caller))
        self._record.live.publish(DESK, DeskChanged(callback.conversation_id))
        return callback
