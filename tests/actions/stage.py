"""How an action is run in its tests: on the fakes, in a conversation that goes on, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.executor import ActionExecutor

from actions.server import build_executor
from actions.services import ActionServices
from bot.conversations.model import (
    Channel,
    ConversationContext,
    ConversationId,
    Holder,
)
from knowledge.eligibility.model import (
    EligibilitySettings,
)
from knowledge.eligibility.service import EligibilityService
from knowledge.facilities.service import FacilityService
from knowledge.policies.service import PolicyService
from knowledge.therapies.service import TherapyService
from tests.actions.cast import CONVERSATION, NOW
from tests.actions.fakes import (
    FakeConversations,
    FakeEligibilityStore,
    FakeFacilityStore,
    FakeHandoffs,
    FakePolicyStore,
    FakeSearch,
    FakeTherapyStore,
)


@dataclass(frozen=True)
class Ran:
    """What one action said and what it left behind."""

    responses: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def keys(self) -> list[str]:
        return [response["response"] for response in self.responses]

    @property
    def outcomes(self) -> list[str]:
        return [response["reply"]["outcome"] for response in self.responses]

    @property
    def reply(self) -> dict[str, Any]:
        """The envelope of the last reply."""
        return self.responses[-1]["reply"]

    @property
    def values(self) -> dict[str, Any]:
        """The last reply's values."""
        return self.responses[-1]

    @property
    def titles(self) -> list[str]:
        """The last reply's buttons."""
        return [button["payload"] for button in self.responses[-1]["buttons"]]

    @property
    def payers(self) -> set[str]:
        """Whose sources the last reply cites."""
        return {citation["payer"] for citation in self.reply.get("citations", [])}

    @property
    def slots(self) -> dict[str, Any]:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    @property
    def follows(self) -> str | None:
        """The action or form that the dialogue goes on with."""
        return next((event["name"] for event in self.events if event["event"] == "followup"), None)


@dataclass
class Stage:
    """The actions on the fakes, and a conversation to run them in; slots stay from one run to the next."""

    plan_id: str | None = None
    state: str | None = None
    channel: Channel = Channel.WEB
    verified: str | None = None
    locale: str = "en"
    slots: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.members = FakeEligibilityStore()
        self.conversations = FakeConversations(
            ConversationContext(
                conversation_id=ConversationId(CONVERSATION),
                channel=self.channel,
                plan_id=self.plan_id,
                state=self.state,
                locale=self.locale,
                verified_member_id=self.verified,
                holder=Holder.ASSISTANT,
            )
        )
        self.handoffs = FakeHandoffs(self.conversations)
        self.search = FakeSearch()
        self.services = ActionServices(
            policies=PolicyService(FakePolicyStore(), lambda: NOW),
            therapies=TherapyService(FakeTherapyStore()),
            facilities=FacilityService(FakeFacilityStore()),
            eligibility=EligibilityService(self.members, self.members, lambda: NOW, EligibilitySettings()),
            search=self.search,
            conversations=self.conversations,
            handoffs=self.handoffs,
        )
        self.executor: ActionExecutor = build_executor(self.services)

    async def run(
        self,
        action: str,
        intent: str = "inform",
        *,
        text: str = "words",
        form: str | None = None,
        asked: str | None = None,
        last_outcome: str | None = None,
        last_topic: str | None = None,
        already_run: Sequence[str] = (),
        entities: Sequence[tuple[str, str]] = (),
        wrote_before_form: str | None = None,
        readings: Sequence[tuple[str, float]] = (),
        either: Sequence[tuple[str, str]] = (),
        language: str = "en",
    ) -> Ran:
        """Runs one action on a message with this intent and these entities; `form` is open and has `asked`.

        `either` are entities that one word of the text stands for.
        """
        message = {
            "text": text,
            "language": language,
            "intent": {"name": intent},
            "entities": [
                *({"entity": name, "value": value} for name, value in entities),
                *({"entity": name, "value": value, "start": 0, "end": len(text)} for name, value in either),
            ],
            "intent_ranking": [{"name": name, "confidence": confidence} for name, confidence in readings],
        }
        waiting = {"waiting_question": wrote_before_form} if wrote_before_form else {}
        done = [{"event": "action", "name": name} for name in already_run]
        envelope = {"outcome": last_outcome, "topic": last_topic}
        said_before = {"event": "bot", "metadata": {"reply": envelope}} if last_outcome else None
        tracker = {
            "sender_id": CONVERSATION,
            "slots": {**self.slots, "requested_slot": asked, **waiting},
            "latest_message": message,
            "events": [
                *([said_before] if said_before else []),
                {"event": "user", "input_channel": self.channel.value},
                *done,
            ],
            "active_loop": {"name": form} if form else {},
        }
        result = await self.executor.run({"next_action": action, "tracker": tracker, "domain": {}})
        assert result is not None
        ran = Ran(result.responses, result.events)
        self.slots |= ran.slots
        return ran
