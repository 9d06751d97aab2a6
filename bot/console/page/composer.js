// How does a coach write to the member: the box, its keys, its counter, where the words go?

import { byId, setText } from "./elements.js";
import { words } from "./words.js";

// The contract's limit, counted as the server counts: in characters, not in UTF-16 units.
const MOST_CHARACTERS = 2_000;
const COUNT_FROM = 1_700;

/** The message box. `onSend(text)` gets a text that fits; `onInput(text)` hears of every change. */
export function createComposer({ onSend, onInput }) {
  const form = byId("composer");
  const box = byId("message");
  const where = byId("composer-where");
  const count = byId("composer-count");
  const send = byId("send");
  let isBlocked = false;

  const length = () => [...box.value].length;

  function fit() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }

  function refresh() {
    fit();
    const left = MOST_CHARACTERS - length();
    count.hidden = length() < COUNT_FROM;
    count.classList.toggle("over", left < 0);
    setText(count, left < 0 ? words.composer.over(-left) : words.composer.left(left));
    box.setAttribute("aria-invalid", String(left < 0));
  }

  function submit() {
    const text = box.value.trim();
    if (!text || isBlocked || length() > MOST_CHARACTERS) {
      box.focus();
      return;
    }
    box.value = "";
    refresh();
    onInput("");
    onSend(text);
    box.focus();
  }

  box.placeholder = words.composer.placeholder;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  box.addEventListener("keydown", (event) => {
    // While an input method composes a word, Enter accepts the word.
    if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  box.addEventListener("input", () => {
    refresh();
    onInput(box.value);
  });

  return {
    /** Shows the box with the draft of this conversation. */
    show({ channel, isOptedOut, phone, draft }) {
      form.hidden = false;
      isBlocked = isOptedOut && channel === "sms";
      form.classList.toggle("blocked", isBlocked);
      const text = channel === "sms" ? `${words.composer.sms} ${words.composer.smsHint}` : words.composer.web;
      setText(where, isBlocked ? words.composer.optedOut(phone) : text);
      send.setAttribute("aria-disabled", String(isBlocked));
      if (box.value !== draft) box.value = draft;
      refresh();
    },
    hide() {
      form.hidden = true;
    },
    focus: () => box.focus(),
    clear() {
      box.value = "";
      form.hidden = true;
    },
  };
}
