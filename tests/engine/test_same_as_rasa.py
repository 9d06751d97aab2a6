"""Where the engine does less than Rasa in a turn, what comes out is the same as Rasa's own."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import pytest
from engine_cast import Actions, Member, keys
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.engine.action_results import ResultCheck
from bot.engine.actions_endpoint import ActionsConnection
from bot.engine.planned_graph import PlannedRunner
from bot.engine.recent_rules import RecentRules
from bot.engine.tracker_store import DialogueStore
from bot.engine.turn_processor import TurnProcessor
from bot.engine.turn_tracker import TurnTracker
from bot.engine.turns import TurnTaker

CONVERSATION = [
    "hello",
    "is zolgensma covered in 43215",
    "find a hospital",
    "what is the weather",
    "43215",
    "this is useless",
    "is my coverage active",
    "hello",
    "GG1000001",
    "find a hospital",
    "3/14/1962",
    "which policy is it",
    "hello there, is casgevy covered",
]
# The ids that Rasa puts beside every event; nothing of ours reads them.
OF_NO_USE = {"model_id", "assistant_id"}
FORMS = ("facility_form", "verification_form")
INTENTS = ("greeting", "coverage_general", "facility_search", "eligibility_member", "inform", "nlu_fallback", "cancel")
ACTIONS = (
    ACTION_LISTEN_NAME, "utter_greeting_hello", "action_answer_coverage", "action_find_facilities", "action_verify",
    "utter_clarify", *FORMS,
)  # fmt: skip


@pytest.fixture
def stock(agent: Agent, store: DialogueStore, connection: ActionsConnection) -> TurnTaker:
    """The engine with Rasa's own processor, graph runner and rule policy."""
    turns = TurnTaker(agent, store, connection)
    turns._processor = agent.processor
    return turns


async def test_a_conversation_goes_as_with_rasas_own_processor(
    turns: TurnTaker, stock: TurnTaker, actions: Actions, store: DialogueStore
) -> None:
    actions.answer(
        "action_answer_coverage",
        {"response": "utter_coverage_general_answer", "statement": "It depends."},
        events=[{"event": "slot", "name": "topic_in_progress", "value": "coverage_general"}],
    )
    actions.answer("action_verify", {"response": "utter_verification_done"})
    # An action that fails takes other ways through the rules.
    actions.answer_raw("action_find_facilities", 500, b"boom")
    quick, slow = Member(turns, "quick"), Member(stock, "slow")
    for text in CONVERSATION:
        answers = [await quick.says(text), await slow.says(text)]
        assert keys(answers[0]) == keys(answers[1]), text
        assert answers[0]["understood"] == answers[1]["understood"], text
        assert await _kept(store, "quick") == await _kept(store, "slow"), text


async def _kept(store: DialogueStore, conversation_id: str) -> list[dict[str, Any]]:
    stored = await store.load(conversation_id)
    assert stored is not None
    return [_without({"timestamp", "message_id"}, event) for event in stored.snapshot]


def _without(names: set[str], event: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in (event.get("metadata") or {}).items() if name not in OF_NO_USE}
    return {name: value for name, value in {**event, "metadata": told}.items() if name not in names}


async def test_a_message_is_read_as_by_rasas_own_runner(agent: Agent) -> None:
    quick = TurnProcessor.of(agent)
    assert isinstance(quick.graph_runner, PlannedRunner)
    assert not isinstance(agent.processor.graph_runner, PlannedRunner)
    for text in (*CONVERSATION, "?", "¿qué?", "zolgensma " * 50):
        theirs = await agent.processor.parse_message(_message(text))
        del theirs["text_tokens"]
        # That it is unclear is no reading that a member could choose.
        theirs["intent_ranking"] = [each for each in theirs["intent_ranking"] if each["name"] != "nlu_fallback"]
        assert await quick.parse_message(_message(text)) == theirs


def _message(text: str) -> Any:
    from rasa.core.channels.channel import UserMessage

    return UserMessage(text, sender_id="conversation-1", message_id="turn-1")


def test_in_any_dialogue_the_rules_predict_as_rasas_own_policy(agent: Agent) -> None:
    [policy] = [
        node._component
        for node in agent.processor.graph_runner._instantiated_nodes.values()
        if isinstance(node._component, RulePolicy)
    ]
    quick, domain = RecentRules.of(policy), agent.domain
    chance = random.Random(3)  # noqa: S311 - the same dialogues at every run
    predicted = set()
    for number in range(600):
        tracker = DialogueStateTracker("any", domain.slots)
        tracker.update_with_events(_any_events(chance, number % 25), domain)
        theirs = policy.predict_action_probabilities(tracker, domain)
        ours = quick.predict_action_probabilities(tracker, domain)
        assert ours.probabilities == theirs.probabilities
        assert ours.events == theirs.events
        assert ours.is_no_user_prediction == theirs.is_no_user_prediction
        assert ours.is_end_to_end_prediction == theirs.is_end_to_end_prediction
        predicted.add(domain.action_names_or_texts[ours.max_confidence_index])
    # The dialogues lead to all that the rules can say.
    assert set(ACTIONS) - {"action_find_facilities", "action_verify"} <= predicted


def _any_events(chance: random.Random, length: int) -> list[Event]:
    """Events in any order; a message follows listening, as it always does. In every fourth dialogue some are undone."""
    events: list[Event] = []
    undoing = (Restarted, SessionStarted, ActionReverted, UserUtteranceReverted) if chance.random() < 0.25 else ()
    for _ in range(length):
        kind = chance.randrange(8)
        if undoing and chance.random() < 0.1:
            events.append(chance.choice(undoing)())
        if kind < 3:
            intent = {"name": chance.choice(INTENTS), "confidence": 1.0}
            entities = [{"entity": "zip_code", "value": "19104"}] if chance.random() < 0.3 else []
            events += [ActionExecuted(ACTION_LISTEN_NAME), UserUttered("some words", intent, entities)]
        elif kind < 5:
            events.append(ActionExecuted(chance.choice(ACTIONS)))
        elif kind == 5:
            events.append(ActiveLoop(chance.choice((*FORMS, None))))
        elif kind == 6:
            events.append(ActionExecutionRejected(chance.choice(FORMS)))
        else:
            events.append(
                chance.choice((SlotSet("zip_code", "19104"), SlotSet("requested_slot", None), LoopInterrupted(True)))
            )
    return events


def test_in_any_dialogue_a_tracker_stands_where_rasas_own_stands(agent: Agent) -> None:
    chance = random.Random(4)  # noqa: S311 - the same dialogues at every run
    for number in range(300):
        events = _any_events(chance, number % 25)
        stock = DialogueStateTracker("any", agent.domain.slots)
        quick = TurnTracker("any", agent.domain.slots)
        for event in events:
            # Asked in between, as Rasa does in a turn.
            assert quick.applied_events() == stock.applied_events()
            stock.update(event)
            quick.update(event)
        assert _state(quick) == _state(stock)
        assert quick.applied_events() == stock.applied_events()
        assert quick.past_states(agent.domain) == stock.past_states(agent.domain)
        assert _state(quick.copy()) == _state(stock.copy())
        restored = DialogueStateTracker("any", agent.domain.slots)
        restored.recreate_from_dialogue(Dialogue("any", events))
        assert _state(TurnTracker.of("any", agent.domain.slots, events)) == _state(restored)


def test_a_copy_of_a_tracker_goes_its_own_way(agent: Agent) -> None:
    tracker = TurnTracker("any", agent.domain.slots)
    tracker.update_with_events([ActiveLoop("facility_form"), SlotSet("zip_code", "19104")], agent.domain)
    before = _state(tracker)
    other = tracker.copy()
    changes = [SlotSet("zip_code", "43215"), ActionExecutionRejected("facility_form"), UserUttered("no")]
    other.update_with_events(changes, agent.domain)
    assert _state(tracker) == before
    assert _state(other) != before
    assert other.applied_events() != tracker.applied_events()


def _state(tracker: DialogueStateTracker) -> Any:
    # As JSON, because events are equal whatever their times are.
    return json.loads(json.dumps(tracker.current_state(EventVerbosity.ALL), default=float))


EVENTS = [
    {"event": "slot", "name": "zip_code", "value": None},
    {"event": "slot", "name": "zip_code"},
    {"event": "slot", "name": 7, "value": 1},
    {"event": "slot", "name": "a", "value": {"deep": [1]}, "timestamp": None, "metadata": None},
    {"event": "slot", "name": "a", "value": 1, "timestamp": "now"},
    {"event": "followup", "name": "action_listen"},
    {"event": "followup"},
    {"event": "followup", "timestamp": True},
    {"event": "followup", "timestamp": 7, "metadata": {}},
    {"event": "followup", "metadata": "words"},
    {"event": "active_loop", "name": None},
    {"event": "bot", "text": 7, "metadata": []},
    {"event": "bot", "text": "words", "metadata": {"a": 1}},
    {"event": "action", "name": "a", "confidence": "high"},
    {"event": "action", "name": None, "policy": None, "confidence": 0.5, "hide_rule_turn": True},
    {"event": "user", "text": "words", "parse_data": {"intent": {"name": "greeting"}, "entities": []}},
    {"event": "user", "text": "words", "parse_data": {"entities": [{"entity": "plan"}]}},
    {"event": "user", "parse_data": 7},
    {"event": "entities"},
    {"event": "entities", "entities": [{"entity": "plan", "value": "x", "start": "0"}]},
    {"event": "nobody_knows_it"},
    {"event": ["slot"]},
    {"event": None},
    {"no": "event"},
    "text",
    None,
    7,
]
RESULTS = [
    {},
    {"events": None},
    {"events": "many"},
    {"events": {}},
    {"responses": []},
    {"responses": [{}], "events": []},
    {"responses": ["text"]},
    {"responses": None},
    {"more": 1, "events": [], "responses": []},
    [],
    None,
    "text",
    *({"events": [event], "responses": []} for event in EVENTS),
    *({"events": list(pair)} for pair in itertools.pairwise(EVENTS)),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: json.dumps(result)[:60])
def test_a_result_passes_where_it_passes_rasas_own_schema(result: Any) -> None:
    schema = RemoteAction.action_response_format_spec()
    assert ResultCheck().is_result(result) == validator_for(schema)(schema).is_valid(result)
