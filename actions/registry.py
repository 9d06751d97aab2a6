"""Which actions are there? Every instance by hand; nothing is found by importing."""

from __future__ import annotations

from rasa_sdk.interfaces import Action

from actions.affirm_deny import AnswerYesOrNo
from actions.cancel import Cancel, LeaveForm
from actions.clarify import Clarify
from actions.coach_handoff import RequestHandoff
from actions.eligibility_member import AnswerEligibilityMember
from actions.facility_search import AnswerFacilitySearch, ValidateFacilityForm
from actions.form_questions import FIELDS, AskField
from actions.free_question import AnswerFreeQuestion
from actions.identity import AnswerIdentity
from actions.inform import AnswerInform
from actions.more import AnswerMore
from actions.out_of_scope import OUT_OF_SCOPE, AnswerOutOfScope
from actions.phrases import Phrases
from actions.plan_form import AskPlan, ContinueTopic, ValidatePlanForm
from actions.policy_lookup import AnswerPolicyLookup
from actions.services import ActionServices
from actions.spanish import GoOnInEnglish
from actions.therapy_info import AnswerTherapyInfo
from actions.topic_action import TopicAction
from actions.topic_answers import NEUTRAL_TOPICS, PLAN_TOPICS, AnswerTopic
from actions.verification_form import ValidateVerificationForm, VerifyMember


def build_actions(services: ActionServices, phrases: Phrases) -> tuple[Action, ...]:
    """Every action of domain.yml, once."""
    record = AnswerEligibilityMember(services, phrases)
    policy = AnswerPolicyLookup(services, phrases)
    info = AnswerTherapyInfo(services, phrases)
    topics = {topic: AnswerTopic(services, phrases, topic) for topic in (*PLAN_TOPICS, *NEUTRAL_TOPICS)}
    answers: dict[str, TopicAction] = {
        **topics,
        record.topic: record,
        AnswerFacilitySearch.topic: AnswerFacilitySearch(services, phrases),
        policy.topic: policy,
        info.topic: info,
    }
    free = AnswerFreeQuestion(services, phrases, info, policy)
    for answer in topics.values():
        answer.free = free
        answer.others = answers
    clarify = Clarify(services, phrases, free)
    clarify.answers = answers
    handoff = RequestHandoff(services, phrases)
    outside = {topic: AnswerOutOfScope(services, phrases, topic, free) for topic in OUT_OF_SCOPE}
    more = AnswerMore(services, phrases, {**topics, policy.topic: policy, info.topic: info})
    inform = AnswerInform(services, phrases, {**answers, free.topic: free}, clarify, more)
    english = GoOnInEnglish(services, phrases, {**answers, **outside, "inform": inform, "more": more})
    return (
        *answers.values(),
        AnswerIdentity(services, phrases),
        *outside.values(),
        inform,
        more,
        english,
        AnswerYesOrNo(services, phrases, handoff, more, english),
        AskPlan(services, phrases),
        *(AskField(services, phrases, field) for field in FIELDS),
        Cancel(services, phrases),
        clarify,
        ContinueTopic(services, phrases, {**answers, free.topic: free}),
        handoff,
        LeaveForm(services, phrases),
        ValidateFacilityForm(services, phrases),
        ValidatePlanForm(services, phrases),
        ValidateVerificationForm(services, phrases),
        VerifyMember(services, phrases, record),
    )
