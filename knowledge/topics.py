"""Which topics are answered from facts? The informational part of the public contract's vocabulary."""

from __future__ import annotations

INFORMATIONAL_TOPICS = frozenset(
    {
        "therapy_basics",
        "therapy_info",
        "safety_risks",
        "process_followup",
        "candidacy",
        "coverage_general",
        "precertification",
        "policy_lookup",
        "cost",
        "evidence_of_coverage",
        "facility_why",
        "appeal_denial",
        "clinical_trials",
        "coach_about",
    }
)
