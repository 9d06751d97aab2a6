"""The wording, the rules, the domain and the actions name the same things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.clarify import CHOICES
from actions.form_questions import FIELDS, choose_words
from actions.topic_answers import NEUTRAL_TOPICS, PLAN_TOPICS
from bot.conversations.vocabulary import AWAITING_FIELDS, AWAITING_KINDS, OUTCOMES, TOPICS
from bot.safety.lint import find_fault
from bot.wording import KEYS as GATEWAY_KEYS
from knowledge.eligibility.model import Answer
from knowledge.therapies.model import TherapyKind, Unverified
from knowledge.topics import INFORMATIONAL_TOPICS
from tests.actions.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
SPANISH = "_es"
# Said by the engine in its own name (bot/engine), and by forms that ask for a slot.
ENGINE_KEYS = {"utter_failure_action", "utter_failure_silence", "utter_several_more", "utter_several_failed"}
# Written and read by the engine alone.
ENGINE_SLOTS = {"pending_questions"}
ASKED_BY_FORMS = {choose_words(f"utter_ask_{field}", times) for field in (*FIELDS, "plan") for times in range(3)}
# Never sent to a phone: a plan record, the proof of who asks, and what only the page shows.
WEB_ONLY = {
    "utter_eligibility_member_verified",
    "utter_eligibility_member_record",
    "utter_eligibility_member_record_inactive",
    "utter_eligibility_member_no_child",
    "utter_eligibility_member_verify_retry",
    "utter_eligibility_member_verify_locked",
    "utter_ask_member_id",
    "utter_ask_member_id_again",
    "utter_ask_member_id_briefly",
    "utter_ask_date_of_birth",
    "utter_ask_date_of_birth_again",
    "utter_ask_date_of_birth_briefly",
    "utter_ask_for_whom",
    "utter_eligibility_member_no_proof",
    "utter_join_welcome",
    "utter_join_welcome_es",
    "utter_record_hidden",
    "utter_record_hidden_es",
}
# Keys that code puts together: a prefix and the values of a closed list.
COMPOSED = {
    *(f"utter_{topic}_{what}" for topic in (*PLAN_TOPICS, *NEUTRAL_TOPICS) for what in ("answer", "unknown")),
    *(f"utter_therapy_info_part_{what}_{kind.value}" for kind in TherapyKind for what in ("kind", "noun")),
    *(f"utter_therapy_info_part_open_{field.value}" for field in Unverified),
    *(f"utter_therapy_info_part_{verb}" for verb in ("seeks", "brings")),
    *(
        f"utter_therapy_info_part_{what}for_{named}"
        for what in ("", "some_", "none_", "no_gene_therapy_")
        for named in ("condition", "it")
    ),
    *(
        f"utter_eligibility_member_part_{what}_{answer.value}"
        for what in ("medical_benefit", "approval", "child")
        for answer in Answer
    ),
    *(
        f"utter_eligibility_member_part_{what}"
        for what in (
            "self_funded", "as_of", "sample", "rule", "no_coverage", "active_yes", "active_unknown", "ended",
            "not_started", "starts_on", "ends_on",
        )
    ),
    "utter_facility_search_part_match_with_phone",
    *(
        f"utter_policy_lookup_part_{standing}_{tense}"
        for standing in ("in_force", "not_yet", "ended")
        for tense in ("past", "now", "later")
    ),
    *(f"utter_policy_lookup_{standing}" for standing in ("in_force", "not_in_force", "not_on_file")),
    *(
        f"utter_free_question_part_{what}_{of}"
        for what in ("passage", "quote", "section", "fact")
        for of in ("policy", "page")
    ),
    *(f"utter_free_question_part_topic_{topic}" for topic in INFORMATIONAL_TOPICS),
    *(f"utter_identity_{what}" for what in ("who", "record", "who_reads", "language", "sources", "decides")),
    *(f"utter_clarify_part_topic_{topic}" for topic in CHOICES),
}  # fmt: skip


def read_responses() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((ROOT / "data" / "responses").glob("*.yml")):
        for key, variants in yaml.safe_load(path.read_text(encoding="utf-8"))["responses"].items():
            assert key not in found, f"{key} is written twice"
            found[key] = variants
    return found


RESPONSES = read_responses()
VARIANTS = [
    pytest.param(key, variant, id=f"{key}-{variant.get('channel', 'any')}")
    for key, variants in RESPONSES.items()
    for variant in variants
]


def read_rules() -> list[dict[str, Any]]:
    paths = sorted((ROOT / "data" / "rules").glob("*.yml"))
    return [rule for path in paths for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]]


def used_in_rules(field: str) -> set[str]:
    return {step[field] for rule in read_rules() for step in rule["steps"] if field in step}


def used_in_code() -> set[str]:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    return set(re.findall(r'"(utter_[a-z0-9_]+)"', code)) - {"utter_eligibility_member_part"}


def test_every_response_that_is_used_exists() -> None:
    in_rules = {action for action in used_in_rules("action") if action.startswith("utter_")}
    used = in_rules | used_in_code() | COMPOSED | set(GATEWAY_KEYS) | ENGINE_KEYS | ASKED_BY_FORMS

    assert used - set(RESPONSES) == set()


def test_every_response_that_exists_is_used() -> None:
    in_rules = {action for action in used_in_rules("action") if action.startswith("utter_")}
    used = in_rules | used_in_code() | COMPOSED | set(GATEWAY_KEYS) | ENGINE_KEYS | ASKED_BY_FORMS

    assert {key.removesuffix(SPANISH) for key in RESPONSES} - used == set()


def test_the_domain_names_exactly_the_actions_that_are_written() -> None:
    written = {action.name for action in Stage().executor.list_actions()}

    assert set(DOMAIN["actions"]) == written


def test_every_action_in_the_rules_is_in_the_domain_and_every_intent_has_a_rule() -> None:
    actions = {action for action in used_in_rules("action") if not action.startswith("utter_")}

    assert actions <= {*DOMAIN["actions"], *DOMAIN["forms"]}
    assert used_in_rules("intent") == {*DOMAIN["intents"], "nlu_fallback"}


def test_every_topic_of_the_contract_is_an_intent() -> None:
    assert set(DOMAIN["intents"]) - {"inform", "cancel", "more", "english"} == set(TOPICS)


@pytest.mark.parametrize(("key", "variant"), VARIANTS)
def test_a_response_says_what_it_is_in_the_contracts_words(key: str, variant: dict[str, Any]) -> None:
    if "_part_" in key:
        assert set(variant) == {"text"}
        return
    metadata = variant["metadata"]
    assert metadata.get("topic", TOPICS[0]) in TOPICS
    assert metadata.get("outcome", OUTCOMES[0]) in OUTCOMES
    if metadata.get("outcome") == "ask":
        assert metadata["awaiting"]["field"] in AWAITING_FIELDS
        assert metadata["awaiting"]["kind"] in AWAITING_KINDS


@pytest.mark.parametrize("key", [key for key in RESPONSES if "_part_" not in key])
def test_a_text_message_never_needs_buttons(key: str) -> None:
    variants = {variant.get("channel"): variant for variant in RESPONSES[key]}

    assert set(variants) <= {None, "sms"}
    assert "buttons" not in variants.get("sms", {})
    if variants[None].get("buttons") and key not in WEB_ONLY:
        assert "sms" in variants


@pytest.mark.parametrize(("key", "variant"), VARIANTS)
def test_no_value_can_come_from_a_slot(key: str, variant: dict[str, Any]) -> None:
    assert not set(placeholders(variant["text"])) & set(DOMAIN["slots"])


@pytest.mark.parametrize(("key", "variant"), VARIANTS)
def test_no_response_makes_a_determination(key: str, variant: dict[str, Any]) -> None:
    filled = re.sub(r"\{\w+\}", "X", variant["text"])

    assert find_fault(filled) is None


def placeholders(text: str) -> Iterator[str]:
    return (match[1] for match in re.finditer(r"\{(\w+)\}", text))


@pytest.mark.parametrize("key", ["greeting_first", "failure_engine", "failure_action", "failure_silence"])
def test_greeting_and_failures_are_said_in_spanish_too(key: str) -> None:
    assert f"utter_{key}{SPANISH}" in RESPONSES


def test_every_button_leads_somewhere() -> None:
    payloads = {
        button["payload"]
        for variants in RESPONSES.values()
        for variant in variants
        for button in variant.get("buttons", ())
    }

    assert {payload.removeprefix("/").partition("{")[0] for payload in payloads} <= set(DOMAIN["intents"])


def test_every_slot_and_entity_that_the_actions_read_is_in_the_domain() -> None:
    from dataclasses import fields

    from actions.turn_context import Slots

    assert {field.name for field in fields(Slots)} == set(DOMAIN["slots"]) - ENGINE_SLOTS
