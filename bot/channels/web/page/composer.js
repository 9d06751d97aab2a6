// How does the member write: the box, its keys, its counter, its hints?

import { words } from "./words.js";

// The contract's limit, counted as the server counts: in characters, not in UTF-16 units.
const MOST_CHARACTERS = 2_000;
const COUNT_FROM = 1_800;
const IDENTIFYING = new Set(["member_id", "date_of_birth"]);
const NUMERIC = new Set(["zip_code"]);
const KEYBOARD = { phone: "tel" };
const AUTOCOMPLETE = { phone: "tel" };

/** The message box. `onSend(text)` gets text that is neither empty nor too long, `onRefuse(why)` is told why
 * something can't be sent, `onTooLong(text)` gets a text that is not sent for its length, `onTyping()` hears of every change. */
export function createComposer({ onSend, onTyping, onRefuse, onTooLong }) {
  const form = document.getElementById("composer");
  const box = document.getElementById("message");
  const hint = document.getElementById("hint");
  const counter = document.getElementById("counter");
  const countAloud = document.getElementById("counter-aloud");

  const length = () => [...box.value].length;

  function fit() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }

  function count() {
    const left = MOST_CHARACTERS - length();
    const isOver = left < 0;
    counter.hidden = length() < COUNT_FROM;
    counter.textContent = isOver ? words.composer.over(-left) : words.composer.left(left);
    counter.classList.toggle("over", isOver);
    box.setAttribute("aria-invalid", String(isOver));
    // Read out only at some marks: a voice at every key press drowns the text itself.
    if (counter.hidden) countAloud.textContent = "";
    else if (isOver || left % 50 === 0) countAloud.textContent = counter.textContent;
  }

  function refresh() {
    fit();
    count();
  }

  function send() {
    const text = box.value.trim();
    if (!text) {
      box.focus();
      return;
    }
    if (length() > MOST_CHARACTERS) {
      onRefuse(words.composer.tooLong);
      onTooLong(text);
      box.focus();
      return;
    }
    box.value = "";
    refresh();
    onSend(text);
    box.focus();
  }

  box.placeholder = words.composer.placeholder;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  box.addEventListener("keydown", (event) => {
    // While an input method composes a word, Enter accepts the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  box.addEventListener("input", () => {
    refresh();
    onTyping();
  });

  return {
    focus: () => box.focus(),
    hide: (hidden) => {
      form.hidden = hidden;
      if (!hidden) refresh();
    },
    isEmpty: () => box.value.trim() === "",
    /** Puts unsent texts back without losing what was written meanwhile. */
    putBack(texts) {
      box.value = [...texts, box.value].filter(Boolean).join("\n");
      refresh();
    },
    /** Helps with the answer that is waited for, or says who will read it; any other text stays welcome. */
    expect({ awaiting, coach }) {
      // What the assistant asked is not what a coach waits for.
      const field = coach ? null : awaiting?.field;
      const own = coach ? words.composer.toCoach(coach.name) : words.composer.awaiting[field];
      box.placeholder = own ?? words.composer.placeholder;
      // A placeholder is gone with the first key: the hint says the same as long as it is asked.
      hint.textContent = own ? `${own}. ${words.composer.hint}` : words.composer.hint;
      box.autocomplete = AUTOCOMPLETE[field] ?? "off";
      box.inputMode = NUMERIC.has(field) ? "numeric" : (KEYBOARD[field] ?? "text");
      // Spelling services of browsers may send the text away.
      box.spellcheck = !IDENTIFYING.has(field);
      box.autocapitalize = field === "member_id" ? "characters" : "sentences";
    },
  };
}
