"""Which topics, outcomes, questions and states are there? Everything else is checked against these."""

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

# USPS codes of the states, the District of Columbia and Puerto Rico: where a member may live.
US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
    "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
    "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
