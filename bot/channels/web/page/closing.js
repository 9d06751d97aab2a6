// What happens after the chat has ended: a rating, and a new start?

import { element } from "./elements.js";
import { words } from "./words.js";

/** The panel in place of the message box. `onRate(score, comment)` may reject; `onRestart()` begins anew. */
export function createClosing({ onRate, onRestart }) {
  const panel = document.getElementById("closing");
  const form = document.getElementById("rating");
  const scores = document.getElementById("scores");
  const comment = document.getElementById("comment");
  const thanks = document.getElementById("thanks");
  const kept = document.getElementById("kept");
  const title = panel.querySelector("h2");

  words.closing.scores.forEach((label, index) => {
    const score = index + 1;
    const input = element("input", { type: "radio", name: "score", value: score, id: `score-${score}` });
    scores.append(
      element("label", { class: "score" }, input, element("span", { class: "number" }, String(score)),
        element("span", { class: "meaning" }, label)),
    );
  });

  function say(text) {
    thanks.textContent = text;
    thanks.hidden = !text;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const score = Number(new FormData(form).get("score"));
    if (!score) {
      say(words.closing.choose);
      scores.querySelector("input").focus();
      return;
    }
    const problem = await onRate(score, comment.value.trim());
    say(problem ?? words.closing.thanks);
    if (problem) return;
    form.hidden = true;
    title.focus();
  });
  document.getElementById("restart").addEventListener("click", onRestart);

  return {
    /** `canRate` is false when the server no longer knows the conversation; `isRated` when it was rated before. */
    show({ canRate, isRated, isKept, takeFocus }) {
      if (panel.hidden) form.reset();
      panel.hidden = false;
      form.hidden = !canRate || isRated;
      kept.hidden = !isKept;
      say(isRated ? words.closing.thanks : "");
      if (takeFocus) title.focus();
    },
    hide() {
      panel.hidden = true;
    },
    isShown: () => !panel.hidden,
  };
}
