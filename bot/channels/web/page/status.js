// What is going on around the messages: the line, the coach, a problem?

import { words } from "./words.js";

/** The sentence for a failed call, with the next step in it. */
export function sentenceFor(problem) {
  if (problem.isUnreachable) return words.problems.unreachable;
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
      noticeText.textContent = text;
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

function waitingText(queue) {
  const parts = [words.coach.waiting];
  // A place in a line says something only where somebody serves the line.
  if (queue?.wait_minutes) parts.push(words.coach.position(queue.position), words.coach.wait(...queue.wait_minutes));
  parts.push(words.coach.meanwhile);
  return parts.join(" ");
}

/** Asks once before the chat is ended; the button with the focus is the one that changes nothing. */
function createEndQuestion(end, onEnd) {
  const strip = document.getElementById("end-strip");
  const confirm = document.getElementById("end-confirm");
  const keep = document.getElementById("end-keep");
  end.setAttribute("aria-expanded", "false");
  end.setAttribute("aria-controls", strip.id);

  function show(isShown) {
    strip.hidden = !isShown;
    end.setAttribute("aria-expanded", String(isShown));
  }

  function dismiss() {
    show(false);
    end.focus();
  }

  end.addEventListener("click", () => {
    show(true);
    keep.focus();
  });
  keep.addEventListener("click", dismiss);
  confirm.addEventListener("click", () => {
    dismiss();
    onEnd();
  });
  strip.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dismiss();
  });
  return { hide: () => show(false) };
}

/** Who holds the conversation, and the member's buttons that change it. */
export function createHolderPanel({ onTalk, onCancel, onEnd }) {
  const role = document.getElementById("role");
  const talk = document.getElementById("talk-to-coach");
  const end = document.getElementById("end-chat");
  const strip = document.getElementById("coach-strip");
  const stripText = strip.querySelector("p");
  const cancel = strip.querySelector("button");
  talk.addEventListener("click", onTalk);
  cancel.addEventListener("click", onCancel);
  const question = createEndQuestion(end, onEnd);

  return {
    show(state) {
      const { holder } = state;
      const hasStrip = holder === "waiting" || holder === "coach";
      // The button that had the focus goes away: hand the focus to its counterpart.
      const hadTalk = document.activeElement === talk;
      const hadCancel = document.activeElement === cancel;
      role.textContent = words.role[holder] ?? words.role.assistant;
      document.body.dataset.holder = holder;
      talk.hidden = holder !== "assistant";
      end.hidden = holder === "closed";
      if (holder === "closed") question.hide();
      strip.hidden = !hasStrip;
      const text = holder === "waiting" ? waitingText(state.queue) : words.coach.held;
      if (hasStrip && stripText.textContent !== text) stripText.textContent = text;
      cancel.textContent = holder === "coach" ? words.coach.release : words.coach.cancel;
      if (hadTalk && hasStrip) cancel.focus();
      if (hadCancel && !hasStrip && !talk.hidden) talk.focus();
    },
    setBusy(busy) {
      for (const button of [talk, cancel, end]) button.setAttribute("aria-disabled", String(busy));
    },
  };
}
