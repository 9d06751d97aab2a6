// Who is there: the assistant, a coach, nobody yet? And what can the member change about it?

import { initialsOf } from "./elements.js";
import { words } from "./words.js";

function waitingText({ queue }) {
  const text = words.coach;
  if (queue?.on_duty === false) return text.nobody;
  // A place in a line says something only where somebody serves the line.
  if (!queue?.on_duty) return [text.recorded, text.meanwhile].join(" ");
  const wait = queue.wait_minutes ? [text.wait(...queue.wait_minutes)] : [];
  return [text.position(queue.position), ...wait, text.meanwhile].join(" ");
}

function textOf(state) {
  return state.holder === "waiting" ? waitingText(state) : words.coach.held;
}

/**
 * Asks before something that can't be taken back; the button that gets the focus is the one that changes nothing.
 * `opener` is the button that asks, and gets the focus back.
 */
function createQuestion(opener, onConfirm) {
  const strip = document.getElementById(opener.getAttribute("aria-controls"));
  const [confirm, keep] = strip.querySelectorAll("button");
  opener.setAttribute("aria-expanded", "false");

  function show(isShown) {
    strip.hidden = !isShown;
    opener.setAttribute("aria-expanded", String(isShown));
  }

  function dismiss() {
    show(false);
    opener.focus();
  }

  keep.addEventListener("click", dismiss);
  confirm.addEventListener("click", () => {
    dismiss();
    onConfirm();
  });
  strip.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dismiss();
  });
  return {
    ask() {
      show(true);
      keep.focus();
    },
    hide: () => show(false),
  };
}

/**
 * The header and the strip above the message box. `onTalk` asks for a coach, `onCancel` takes the request back or ends
 * the talk, `onEnd` ends the chat, `onTimes` leads to the times for a call.
 */
export function createHolderPanel({ onTalk, onCancel, onEnd, onTimes }) {
  const role = document.getElementById("role");
  const mark = document.getElementById("coach-mark");
  const talk = document.getElementById("talk-to-coach");
  const end = document.getElementById("end-chat");
  const strip = document.getElementById("coach-strip");
  const stripText = document.getElementById("coach-strip-text");
  const times = document.getElementById("call-times");
  const cancel = document.getElementById("coach-cancel");
  const leave = document.getElementById("coach-leave");
  const endQuestion = createQuestion(end, onEnd);
  const leaveQuestion = createQuestion(leave, onCancel);
  talk.addEventListener("click", onTalk);
  cancel.addEventListener("click", onCancel);
  times.addEventListener("click", onTimes);
  leave.addEventListener("click", leaveQuestion.ask);
  end.addEventListener("click", endQuestion.ask);

  function showRole({ holder, coach }) {
    const name = holder === "coach" ? coach?.name : null;
    const text = name ? words.role.named(name) : (words.role[holder] ?? words.role.assistant);
    if (role.textContent !== text) role.textContent = text;
    mark.hidden = !name;
    mark.textContent = name ? initialsOf(name) : "";
  }

  /** The button that had the focus may be gone: the focus goes to what now stands in its place. */
  function keepFocus(hadFocus) {
    if (!hadFocus || document.activeElement.offsetParent) return;
    [cancel, leave, talk].find((button) => button.offsetParent)?.focus();
  }

  return {
    show(state) {
      const { holder } = state;
      const hadFocus = document.activeElement.closest("#talk-to-coach, #coach-strip, #leave-strip") !== null;
      const hasStrip = holder === "waiting" || holder === "coach";
      document.body.dataset.holder = holder;
      showRole(state);
      if (holder === "closed") endQuestion.hide();
      if (holder !== "coach") leaveQuestion.hide();
      talk.hidden = holder !== "assistant";
      end.hidden = holder === "closed" || holder === "none";
      strip.hidden = !hasStrip;
      cancel.hidden = holder !== "waiting";
      leave.hidden = holder !== "coach";
      if (hasStrip && stripText.textContent !== textOf(state)) stripText.textContent = textOf(state);
      keepFocus(hadFocus);
    },
    /** Shows the way to times for a call that stand further up. */
    offerTimes(isOffered) {
      times.hidden = !isOffered;
    },
    setBusy(busy) {
      for (const button of [talk, cancel, leave, end]) button.setAttribute("aria-disabled", String(busy));
    },
  };
}
