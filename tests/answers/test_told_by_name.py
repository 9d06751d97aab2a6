"""Each thing that members must be able to hear of is told, on the topic and to the plans that it belongs to."""

from __future__ import annotations

import re

import pytest

from bot.conversations.model import Channel
from tests.answers.asking import GEORGIA, INDEPENDENCE, INDIANA, OHIO, TOPICS, WEST_VIRGINIA, Asker, Question, RealStage

NOBODY = Asker()
IBX, CARESOURCE = (INDEPENDENCE,), (GEORGIA, INDIANA, OHIO, WEST_VIRGINIA)
EVERYBODY = (*IBX, *CARESOURCE, NOBODY)
# What is told, on which topic, to whom, and by which fact.
TOLD = [
    # Outcomes-based agreements: what they are, between whom, and that no source ties them to a member's share.
    ("cost", IBX, "ibx-cost-outcomes-agreements"),
    ("cost", IBX, "ibx-cost-money-back"),
    ("cost", EVERYBODY, "cost-outcomes-agreement"),
    ("cost", EVERYBODY, "cost-agreement-members-share"),
    # Where these therapies are heading, and the FDA's review.
    ("therapy_basics", IBX, "ibx-basics-origin"),
    ("clinical_trials", IBX, "ibx-trials-fda-review"),
    ("clinical_trials", CARESOURCE, "cs-trials-aim"),
    ("clinical_trials", CARESOURCE, "cs-trials-diseases"),
    ("clinical_trials", CARESOURCE, "cs-trials-fda-review"),
    # Medical necessity: what CareSource's policy means by it, and the federal word for everybody else.
    ("coverage_general", CARESOURCE, "cs-coverage-necessary-meaning"),
    ("coverage_general", CARESOURCE, "cs-coverage-necessary-limits"),
    ("candidacy", CARESOURCE, "cs-candidacy-necessary-meaning"),
    ("coverage_general", (*IBX, NOBODY), "coverage-necessary-meaning"),
    # Plan documents control, as far as a source says so.
    ("evidence_of_coverage", CARESOURCE, "cs-evidence-controls"),
    ("evidence_of_coverage", CARESOURCE, "cs-evidence-order"),
    ("evidence_of_coverage", CARESOURCE, "cs-evidence-web-pages"),
    ("evidence_of_coverage", IBX, "ibx-evidence-contract-counts"),
    ("evidence_of_coverage", IBX, "ibx-evidence-order-not-stated"),
    # Cytokine release syndrome and neurotoxicity after CAR-T.
    ("safety_risks", CARESOURCE, "cs-risks-crs"),
    ("safety_risks", CARESOURCE, "cs-risks-icans"),
    ("safety_risks", EVERYBODY, "risks-crs"),
    ("safety_risks", EVERYBODY, "risks-icans"),
    # CBER regulates them, and safe does not mean without risk: the policy's own words of it, so CareSource's alone.
    ("safety_risks", CARESOURCE, "cs-risks-cber"),
    # Long-term follow-up.
    ("process_followup", CARESOURCE, "cs-process-follow-up"),
    ("process_followup", EVERYBODY, "process-follow-up-15-years"),
    ("safety_risks", EVERYBODY, "risks-follow-up"),
    # Stem-cell transplants without genetic change are not what the policy is about.
    ("coverage_general", CARESOURCE, "cs-coverage-stem-cells"),
    ("policy_lookup", CARESOURCE, "cs-policy-stem-cells"),
    ("therapy_basics", CARESOURCE, "cs-basics-not-transplants"),
    # Behavioral-health parity.
    ("evidence_of_coverage", CARESOURCE, "cs-evidence-parity"),
    ("coverage_general", CARESOURCE, "cs-coverage-parity"),
    # What the health coaches do from diagnosis to after treatment; of CareSource's no source says it.
    ("coach_about", IBX, "ibx-coach-who"),
    ("coach_about", IBX, "ibx-coach-what"),
    ("coach_about", CARESOURCE, "cs-coach-not-named"),
    # Adult and pediatric care in the network; CareSource's policy names no hospitals.
    ("facility_why", IBX, "ibx-why-ages"),
    ("facility_why", CARESOURCE, "cs-why-no-hospitals"),
    # No policy text of Independence is on file, and how to get it.
    ("policy_lookup", IBX, "ibx-policy-library-is-public"),
    ("policy_lookup", IBX, "ibx-policy-phones"),
    # Not every product is given once.
    ("process_followup", EVERYBODY, "process-not-always-once"),
    # An early approval is no promise.
    ("coverage_general", IBX, "ibx-coverage-accelerated-approval"),
]
# What the sources promise of nobody here: the federal clocks that leave out drugs, and one dose for every product.
NEVER = re.compile(
    r"CMS-0057|\b(?:7|seven) (?:calendar )?days\b|\bone[- ](?:dose|time)\b|\b(?:single|only one) dose\b", re.IGNORECASE
)
# The places where 72 hours are told: of an appeal or a request under rules that name their plans.
URGENT = re.compile(r"72 hours")
OF_NAMED_PLANS = re.compile(r"For Marketplace and most employer plans|appeal in Indiana")


@pytest.mark.parametrize(("topic", "askers", "fact"), TOLD, ids=[f"{topic}-{fact}" for topic, _, fact in TOLD])
async def test_it_is_told(stage: RealStage, topic: str, askers: tuple[Asker, ...], fact: str) -> None:
    for asker in askers:
        told = {told for spoken in await stage.ask(Question(topic, asker)) for told in spoken.facts}
        assert fact in told, str(asker)


async def test_what_no_source_promises_is_never_said(stage: RealStage) -> None:
    for topic in TOPICS:
        for asker in EVERYBODY:
            for spoken in await stage.ask(Question(topic, asker)):
                assert not NEVER.search(spoken.text), spoken.text
                assert not URGENT.search(spoken.text) or OF_NAMED_PLANS.search(spoken.text), spoken.text


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.SMS], ids=lambda channel: str(channel.value))
async def test_of_independences_policies_the_first_answer_says_what_is_missing_and_how_to_get_it(
    stage: RealStage, channel: Channel
) -> None:
    first = (await stage.ask(Question("policy_lookup", INDEPENDENCE, channel, about="zolgensma")))[0]

    assert first.key == "utter_policy_lookup_no_text"
    assert "ibx-policy-library-is-public" in first.facts
    assert all(words in first.text for words in ("medpolicy.ibx.com", "don't have the text", "ID card", "coach"))


@pytest.mark.parametrize(
    ("asker", "fact"), [(GEORGIA, "cs-evidence-controls"), (INDEPENDENCE, "ibx-evidence-contract-counts")]
)
async def test_which_document_controls_is_in_the_first_answer(stage: RealStage, asker: Asker, fact: str) -> None:
    assert fact in (await stage.ask(Question("evidence_of_coverage", asker)))[0].facts
