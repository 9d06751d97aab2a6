"""Which responses state nothing that a source would have to bear out? Reviewed by hand; every other one must cite.

A response stands in exactly one of these lists. A new one fails the tests until somebody has decided.
"""

from __future__ import annotations

# States facts: always with a citation that resolves.
CLAIMS = frozenset(
    {
        *(
            f"utter_{topic}_answer"
            for topic in (
                "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
                "precertification", "cost", "evidence_of_coverage", "facility_why", "appeal_denial",
                "clinical_trials", "coach_about",
            )
        ),
        "utter_therapy_info_term",
        "utter_therapy_info_overview",
        "utter_phone_number",
        "utter_therapy_info_outside",
        "utter_therapy_info_not_approved",
        "utter_free_question_answer",
        "utter_more_answer",
        "utter_plan_unknown_answer",
        "utter_policy_lookup_in_force",
        "utter_policy_lookup_says",
        "utter_policy_lookup_no_text",
        "utter_facility_search_found",
        "utter_facility_search_found_for",
        "utter_facility_search_far",
        "utter_facility_search_far_for",
        "utter_facility_search_listed",
        "utter_facility_search_names",
        "utter_facility_search_all",
        "utter_facility_search_without_zip_code",
    }
)  # fmt: skip

# States where a document of the member's own payer stands: not yet, ended, or for other states. It is cited itself,
# and nothing of what it says is told.
STANDINGS = frozenset(
    {
        "utter_not_on_day",
        "utter_policy_lookup_not_in_force",
        "utter_policy_lookup_not_on_file",
        "utter_policy_lookup_other_state",
        "utter_policy_lookup_which_state",
        "utter_policy_lookup_which_edition",
        "utter_policy_lookup_no_section",
        "utter_policy_lookup_not_said",
        "utter_policy_lookup_not_texted",
        "utter_policy_lookup_own_words_only",
    }
)

# States what the member's own record says: cites that record (tests/actions/test_eligibility_member.py has its words).
RECORDS = frozenset(
    {
        "utter_eligibility_member_record",
        "utter_eligibility_member_record_inactive",
        "utter_eligibility_member_no_child",
    }
)

# Nothing on file, or not for this plan, state or name: says what is missing and offers the coach.
NOTHING_ON_FILE = frozenset(
    {
        *(
            f"utter_{topic}_unknown"
            for topic in (
                "therapy_basics", "therapy_info", "safety_risks", "process_followup", "candidacy", "coverage_general",
                "precertification", "cost", "evidence_of_coverage", "facility_why", "appeal_denial",
                "clinical_trials", "coach_about", "policy_lookup", "plan",
            )
        ),
        "utter_policy_lookup_unknown_number",
        "utter_policy_lookup_other_payer",
        "utter_plan_not_on_file",
        "utter_plan_other_state",
        "utter_more_nothing",
        "utter_free_question_unknown",
        "utter_phone_number_unknown",
        "utter_phone_number_which_plan",
        "utter_phone_number_elsewhere",
        "utter_facility_search_no_network",
        "utter_facility_search_plan_unknown",
    }
)  # fmt: skip

# Questions, and what is said to an answer that could not be read.
QUESTIONS = frozenset(
    {
        *(f"utter_ask_{field}{words}" for field in ("plan", "zip_code", "member_id", "date_of_birth")
          for words in ("", "_again", "_briefly")),
        "utter_eligibility_member_no_proof", "utter_ask_zip_code_of_town",
        "utter_ask_for_whom",
        "utter_day_unclear", "utter_clarify", "utter_clarify_choices", "utter_clarify_again",
        "utter_therapy_info_which",
        "utter_ambiguous_which", "utter_clarify_coach", "utter_clarify_coach_again",
        "utter_clarify_in_form", "utter_clarify_gave_up",
        "utter_facility_search_place_named", "utter_facility_search_unknown_zip_code",
        "utter_facility_search_not_a_zip_code", "utter_facility_search_gave_up", "utter_inform_plan_kept",
        "utter_cancel_form", "utter_cancel_nothing", "utter_eligibility_member_verified",
        "utter_eligibility_member_verify_retry", "utter_eligibility_member_verify_locked",
        "utter_eligibility_member_refused_privacy",
    }
)  # fmt: skip

# About the assistant itself, people, danger and the channel: nothing of a plan or a therapy.
CONVERSATION = frozenset(
    {
        "utter_affirm", "utter_deny", "utter_no_decision", "utter_complaint",
        "utter_greeting", "utter_greeting_first", "utter_medical_advice", "utter_out_of_scope",
        "utter_out_of_scope_far", "utter_thanks_goodbye", "utter_blocked_wording", "utter_failure_engine",
        "utter_failure_action", "utter_failure_silence", "utter_lookup_checking", "utter_lookup_failed",
        "utter_lookup_unproven", "utter_record_hidden", "utter_safety_unsure", "utter_safety_emergency",
        "utter_safety_crisis", "utter_conversation_closed", "utter_join_welcome",
    }
)  # fmt: skip
# A coach, a call-back, its windows, and texting: by the beginning of their keys.
CONVERSATION_PREFIXES = (
    "utter_handoff_",
    "utter_coach_",
    "utter_callback_",
    "utter_window_",
    "utter_sms_",
    "utter_identity_",
    "utter_spanish_",
    "utter_english_",
    "utter_several_",
)


def is_about_conversation(key: str) -> bool:
    """True for a key of the conversation itself; the answer on coaches is none of these."""
    return key in CONVERSATION or (key.startswith(CONVERSATION_PREFIXES) and not key.startswith("utter_coach_about_"))


LISTS = (CLAIMS, STANDINGS, RECORDS, NOTHING_ON_FILE, QUESTIONS)
