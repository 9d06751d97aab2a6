"""What goes wrong on purpose? The carrier's faults, as a test or a demo asks for them."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

_MAX = 1000


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class RestFailure(_Fault):
    """The next `times` calls of the REST API are refused and nothing is done."""

    status: int = Field(ge=400, le=599)
    code: int
    times: int = Field(default=1, ge=1, le=_MAX)


class Outcome(_Fault):
    """The next `times` texts to phones end so instead of arriving; "sent" means that nothing more is ever heard."""

    status: Literal["sent", "undelivered", "failed"]
    error_code: int | None = None
    times: int = Field(default=1, ge=1, le=_MAX)


class RequestFaults(_Fault):
    """What goes wrong with requests to the product, of one kind: its webhooks, or its status callbacks.

    `delay_s` and `copies` (each request comes so many times more, all at once) hold until they are changed; the others
    count down. `reorder` holds back so many and then sends them last one first. `lose` never sends them.
    `tamper` signs them wrongly, `unsigned` not at all.
    """

    delay_s: float = Field(default=0, ge=0, le=60)
    copies: int = Field(default=0, ge=0, le=100)
    reorder: int = Field(default=0, ge=0, le=_MAX)
    lose: int = Field(default=0, ge=0, le=_MAX)
    tamper: int = Field(default=0, ge=0, le=_MAX)
    unsigned: int = Field(default=0, ge=0, le=_MAX)

    def use(self, name: Literal["lose", "tamper", "unsigned"]) -> bool:
        """Whether this fault strikes now; counts it."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0


_Counted = TypeVar("_Counted", RestFailure, Outcome)


class Faults(_Fault):
    """Everything that goes wrong at present; the default is nothing.

    `rest` and `outcomes` are used up in their order. `rest_delay_s` holds until it is changed. `drop_requests` closes
    so many REST connections before anything is done; `drop_answers` does what was asked and then closes the connection
    without an answer, so that the caller can't know.
    """

    rest: list[RestFailure] = Field(default_factory=list)
    rest_delay_s: float = Field(default=0, ge=0, le=60)
    drop_requests: int = Field(default=0, ge=0, le=_MAX)
    drop_answers: int = Field(default=0, ge=0, le=_MAX)
    outcomes: list[Outcome] = Field(default_factory=list)
    webhooks: RequestFaults = Field(default_factory=RequestFaults)
    callbacks: RequestFaults = Field(default_factory=RequestFaults)

    def use_drop(self, name: Literal["drop_requests", "drop_answers"]) -> bool:
        """Whether the connection is closed now; counts it."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0

    def next_rest_failure(self) -> RestFailure | None:
        """The failure that strikes this REST call, if any; counts it."""
        return _use_first(self.rest)

    def next_outcome(self) -> Outcome | None:
        """How this text to a phone ends, if not by arriving; counts it."""
        return _use_first(self.outcomes)


def _use_first(queue: list[_Counted]) -> _Counted | None:
    if not queue:
        return None
    first = queue[0]
    if first.times > 1:
        first.times -= 1
    else:
        queue.pop(0)
    return first
