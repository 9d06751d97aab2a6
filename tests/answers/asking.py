"""What does the real assistant answer? The real actions on the shipped content, read as a member reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from actions.answer_openings import DAY_TOPICS
from actions.server import build_executor
from actions.services import ActionServices
from bot.conversations.model import Channel
from knowledge.bootstrap import Knowledge
from knowledge.policies.model import PayerId, Scope
from knowledge.shipped.files import ShippedContent
from tests.actions.cast import TODAY
from tests.actions.stage import Ran, Stage
from tests.actions.test_responses_exist import RESPONSES

TOPICS = (
    "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
    "precertification", "policy_lookup", "cost", "evidence_of_coverage", "facility_why", "appeal_denial",
    "clinical_trials", "coach_about",
)  # fmt: skip
# More steps than any answer has: one that never ends fails here.
MOST_STEPS = 20
# A question that fits no topic; its day counts, as it does for rules.
FREE = "free_question"
_DAYS_COUNT = DAY_TOPICS | {"policy_lookup", FREE}
# What the services hand the actions from the shipped content; members and conversations stay those of the stage.
_SHIPPED = {field.name for field in fields(ActionServices)} - {"eligibility", "conversations", "handoffs"}


@dataclass(frozen=True)
class Asker:
    """Whose plan it is: its id and state, or neither."""

    plan: str | None = None
    state: str | None = None

    @property
    def scope(self) -> Scope:
        """Whose rules may be told; nobody's where no plan is known."""
        line = {"independence": "commercial", "caresource": "marketplace"}
        return Scope(PayerId(self.plan) if self.plan else None, line.get(self.plan or ""), self.state)

    def __str__(self) -> str:
        return f"{self.plan or 'nobody'}-{self.state or 'any'}"


INDEPENDENCE = Asker("independence", "PA")
GEORGIA, INDIANA, OHIO, WEST_VIRGINIA = (Asker("caresource", state) for state in ("GA", "IN", "OH", "WV"))
ASKERS = (INDEPENDENCE, Asker("independence"), GEORGIA, INDIANA, OHIO, WEST_VIRGINIA, Asker("caresource"), Asker())


@dataclass(frozen=True)
class Question:
    """One question: a topic, whose plan, where and for which day, and what it is about."""

    topic: str
    asker: Asker
    channel: Channel = Channel.WEB
    day: date | None = None
    about: str | None = None
    number: str | None = None
    text: str = "words"

    @property
    def as_of(self) -> date:
        """The day whose rules count: a day that is named changes nothing where the topic knows no days."""
        return self.day if self.day and self.topic in _DAYS_COUNT else TODAY

    def __str__(self) -> str:
        parts = (self.topic, self.asker, self.channel.value, self.day, self.about, self.number, self.text)
        return "-".join(str(part) for part in parts if part and part != "words")


@dataclass(frozen=True)
class Spoken:
    """One message as the member reads it, with its envelope."""

    key: str
    text: str
    reply: dict[str, Any]
    buttons: Sequence[str]

    @property
    def citations(self) -> list[dict[str, str]]:
        return list(self.reply.get("citations", []))

    @property
    def facts(self) -> list[str]:
        return list(self.reply.get("facts", []))


@dataclass
class RealStage(Stage):
    """The stage with everything that the content knows, read from the database."""

    knowledge: Knowledge = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        shipped = {name: getattr(self.knowledge, name) for name in _SHIPPED if hasattr(self.knowledge, name)}
        self.services = replace(self.services, **shipped)
        self.executor = build_executor(self.services)

    def begin(self, asker: Asker, channel: Channel = Channel.WEB, *, verified: str | None = None) -> None:
        """A new conversation of somebody else."""
        self.slots = {} if asker.plan else {"plan": "unknown"}
        self.conversations.context = replace(
            self.conversations.context, plan_id=asker.plan, state=asker.state, channel=channel,
            verified_member_id=verified,
        )  # fmt: skip

    async def ask(self, question: Question) -> list[Spoken]:
        """The answer with every "more" step, in order, in a conversation of its own."""
        self.begin(question.asker, question.channel)
        named = {"date": question.day.isoformat() if question.day else None, "policy_number": question.number}
        kind = (
            "condition"
            if question.about and await self.services.therapies.find_condition(question.about)
            else "therapy"
        )
        entities = [(name, value) for name, value in {**named, kind: question.about}.items() if value]
        said: list[Spoken] = []
        self.slots |= {name: value for name, value in entities if name in ("therapy", "condition")}
        action, intent = f"action_answer_{question.topic}", question.topic
        if question.topic == FREE:
            action, intent = "action_clarify", "nlu_fallback"
        if question.topic == "coach_handoff":
            action = "action_request_handoff"
        said += read(await self.run(action, intent, text=question.text, entities=entities), question)
        while self.slots.get("facts_given") is not None:
            assert len(said) < MOST_STEPS, question
            said += read(await self.run("action_answer_more", "more", text="more"), question)
        return said


def read(ran: Ran, question: Question) -> Iterator[Spoken]:
    """The messages of one run, in the frame of the question's channel."""
    for response in ran.responses:
        key = response["response"]
        titles = [
            button["title"] for button in [*response["buttons"], *_variant(key, question.channel).get("buttons", ())]
        ]
        yield Spoken(key, word(key, question.channel, response), response["reply"], titles)


def word(key: str, channel: Channel, values: dict[str, Any]) -> str:
    """The frame with its values in place."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), _variant(key, channel)["text"])


def _variant(key: str, channel: Channel) -> dict[str, Any]:
    variants = {variant.get("channel"): variant for variant in RESPONSES[key]}
    return variants.get(channel.value) or variants[None]


def ask_terms(content: ShippedContent, asker: Asker) -> list[Question]:
    """What each word of the catalogue means, also those that another payer uses."""
    return [Question("therapy_basics", asker, text=f"what is {term.term}?") for term in content.terms]
