"""Which topics, outcomes and questions are there? Everything else is checked against these."""

from __future__ import annotations

TOPICS = (
    "therapy_basics",
    "therapy_info",
    "safety_risks",
    "process_followup",
    "candidacy",
    "coverage_general",
    "precertification",
    "policy_lookup",
    "cost",
    "eligibility_member",
    "evidence_of_coverage",
    "facility_search",
    "facility_why",
    "appeal_denial",
    "clinical_trials",
    "coach_handoff",
    "coach_about",
    "emergency",
    "crisis",
    "medical_advice",
    "complaint",
    "greeting",
    "thanks_goodbye",
    "affirm",
    "deny",
    "identity",
    "sms_stop",
    "sms_help",
    "out_of_scope",
    "out_of_scope_far",
    "gibberish",
)

OUTCOMES = (
    "answer",
    "clarify",
    "ask",
    "facilities",
    "no_facility",
    "policy",
    "eligibility",
    "verified",
    "verify_retry",
    "verify_locked",
    "refused_privacy",
    "handoff_offered",
    "handoff_waiting",
    "handoff_unavailable",
    "callback_recorded",
    "resumed",
    "emergency",
    "crisis",
    "medical_boundary",
    "redirect",
    "out_of_scope",
    "cancelled",
    "opted_out",
    "opted_in",
    "help",
    "failure",
)

AWAITING_FIELDS = (
    "zip_code",
    "city",
    "state",
    "age_group",
    "for_whom",
    "therapy",
    "condition",
    "plan",
    "member_id",
    "date_of_birth",
    "choice",
    "confirm",
    "callback_window",
    "phone",
)

AWAITING_KINDS = ("text", "postal_code", "date", "choice", "phone")

LANGUAGES = ("en", "es", "und")

# The value of the button that asks for a person: taken at any time, whether it was offered or not.
HANDOFF_CHOICE = "/coach_handoff"
# What the value of a button about a call-back begins with; a JSON object follows.
CALLBACK_CHOICE = "/callback"
