// How is a line of the packet said in words? The record gives ids and the member's own words; the words for the ids are here.

import { asWords, formatDay, languageName, timeText } from "./elements.js";
import { words } from "./words.js";
import { callbacks, dialogs } from "./words_dialogs.js";

const TOPICS = {
  therapy_basics: "what gene-based therapies are",
  therapy_info: "a therapy or condition",
  safety_risks: "risks and side effects",
  process_followup: "the treatment and the time after",
  candidacy: "who can get a therapy",
  coverage_general: "coverage",
  precertification: "approval before treatment",
  policy_lookup: "the medical policy",
  cost: "cost",
  eligibility_member: "their own plan record",
  evidence_of_coverage: "which document counts",
  facility_search: "hospitals nearby",
  facility_why: "why these hospitals",
  appeal_denial: "a denial or an appeal",
  clinical_trials: "clinical trials",
  coach_handoff: "talking to a coach",
  coach_about: "what coaches do",
  emergency: "an emergency",
  crisis: "a crisis",
  medical_advice: "medical advice",
  complaint: "a complaint",
  out_of_scope: "something the assistant does not do",
  out_of_scope_far: "something the assistant does not do",
};

const WHY_NOT = {
  failure: "The assistant failed to answer",
  clarify: "The assistant did not understand",
  handoff_offered: "Offered a coach",
  medical_boundary: "The assistant may not give medical advice",
  verify_locked: "Proof of identity failed too often",
};

const SAID = {
  answer: "Explained",
  facilities: "Showed hospitals",
  no_facility: "Found no hospital",
  policy: "Showed a policy",
  eligibility: "Showed their plan record",
};

const VALUES = {
  self: "The member",
  child: "Their child",
  other: "Someone else",
  adult: "Adult",
  pediatric: "Child or teen",
};

// Ids whose letters alone say too little; any other id is read as words.
const NAMES = {
  aadc_deficiency: "AADC deficiency",
  b_all: "B-ALL (leukemia)",
  cald: "CALD",
  cll_sll: "CLL or SLL (leukemia, lymphoma)",
  deb: "DEB (epidermolysis bullosa)",
  dmd: "DMD (Duchenne)",
  gsd1a: "GSD 1a",
  hemophilia_a: "Hemophilia A",
  hemophilia_b: "Hemophilia B",
  lad_i: "LAD-I",
  mactel: "MacTel",
  mld: "MLD (leukodystrophy)",
  mps_iiia: "MPS IIIA (Sanfilippo)",
  nmibc: "NMIBC (bladder cancer)",
  otof_hearing_loss: "OTOF hearing loss",
  rpe65_retinal_dystrophy: "RPE65 retinal dystrophy",
  rrp: "RRP (respiratory papillomatosis)",
  sma: "SMA (spinal muscular atrophy)",
  wiskott_aldrich: "Wiskott-Aldrich syndrome",
};

const LABELS = {
  request: "Request",
  urgency: "Urgency",
  question: "Question",
  said: "Already said",
  not_answered: "Not answered",
  verified: "Identity",
  for_whom: "For whom",
  therapy: "Therapy",
  condition: "Condition",
  age_group: "Age group",
  zip_code: "ZIP code",
  plan: "Plan",
  state: "State",
  language: "Language",
  channel: "Channel",
  callback: "Call-back",
  before: "Coach before",
};

const NOTES = { earlier: "said earlier", conversation: "from the page" };
const DANGERS = { emergency: "Words of an emergency", crisis: "Words of a crisis" };
// These take a sentence, the others a word or two.
const WIDE = new Set(["request", "urgency", "question", "said", "not_answered", "plan", "callback", "before"]);

const topicOf = (line) => line.value && (TOPICS[line.value] ?? asWords(line.value));

const SAY = {
  request(line) {
    if (line.label_key === "reason") return "They wrote with it:";
    const cause = words.causes[line.label_key] ?? words.causes.other;
    return line.value ? `${cause}, about ${topicOf(line)}` : cause;
  },
  urgency(line) {
    const level = line.value === "urgent" ? words.list.urgent : "Not urgent now";
    return [level, DANGERS[line.label_key]].filter(Boolean).join(" · ");
  },
  // The question's own words say more than its topic.
  question: (line) => (line.value && !line.quote ? asWords(topicOf(line)) : ""),
  said: (line) => [SAID[line.label_key] ?? "Answered", topicOf(line)].filter(Boolean).join(": "),
  not_answered: (line) => [WHY_NOT[line.label_key] ?? "Left open", topicOf(line)].filter(Boolean).join(": "),
  verified: (line) => (line.value === "yes" ? (line.at ? `Verified until ${timeText(line.at)}` : "Verified") : "Not verified"),
  language: (line) => languageName(line.value),
  channel: (line) => words.channels[line.value],
  callback: (line) => `${formatDay(line.value)}, ${callbacks.windows[line.label_key] ?? line.label_key}`,
  before: (line) => [dialogs.outcome.outcomes[line.value], line.at && timeText(line.at)].filter(Boolean).join(" · "),
};

/** A line in words: `{label, text, quote, note, isWide}`; `planName(id)` gives a plan's name. */
export function sayLine(line, planName) {
  const say = line.kind === "plan" ? ({ value }) => planName(value) : SAY[line.kind];
  const plain = line.value && (VALUES[line.value] ?? NAMES[line.value] ?? asWords(line.value));
  return {
    label: line.label_key === "locale" ? "Page language" : (LABELS[line.kind] ?? asWords(line.kind)),
    text: (say ? say(line) : plain) ?? plain,
    quote: line.quote ?? null,
    note: NOTES[line.label_key] ?? null,
    isWide: WIDE.has(line.kind),
  };
}
