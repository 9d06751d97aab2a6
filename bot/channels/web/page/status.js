// What is going on around the messages: the line, a problem?

import { words } from "./words.js";

/** The sentence for a failed call, with the next step in it. */
export function sentenceFor(problem) {
  if (problem.isUnreachable) return words.problems.unreachable;
  if (problem.code === "OVERLOADED") return words.problems.OVERLOADED;
  if (problem.status === 429) return words.problems.tooFast(problem.retryAfterS);
  const known = words.problems[problem.code];
  if (typeof known === "string") return known;
  if (problem.status === 404) return words.problems.CONVERSATION_NOT_FOUND;
  if (problem.status === 409) return words.problems.CONVERSATION_CLOSED;
  if (problem.status === 502 || problem.status === 503 || problem.status === 504) return words.problems.unavailable;
  if (problem.status >= 400 && problem.status < 500) return words.problems.invalid;
  return words.problems.other;
}

/** Two lines above the message box: what the line does, and the last problem with an optional way out. */
export function createNotices() {
  const line = document.getElementById("line");
  const notice = document.getElementById("notice");
  const noticeText = notice.querySelector("span");
  const noticeButton = notice.querySelector("button");
  let action = null;
  noticeButton.addEventListener("click", () => action?.());

  return {
    /** `text` null takes the line away. */
    showLine(text) {
      line.textContent = text ?? "";
      line.hidden = !text;
    },
    showProblem(text, { label, run } = {}) {
      notice.hidden = false;
      // What is said again after another try is not read out again.
      if (noticeText.textContent !== text) noticeText.textContent = text;
      noticeButton.hidden = !label;
      noticeButton.textContent = label ?? "";
      action = run ?? null;
    },
    clearProblem() {
      notice.hidden = true;
      noticeText.textContent = "";
      action = null;
    },
  };
}
