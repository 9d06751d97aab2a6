// How does the console ask something before it acts?

import { byId, element } from "./elements.js";
import { words } from "./words.js";

/**
 * Opens the dialog and waits. `run(form)` is called when the coach confirms: it may throw a Problem, whose words are then
 * shown in the dialog with everything that was typed still there, or return a text that says what is missing.
 * Resolves to true when `run` went through, to false when the coach thought better of it.
 */
export function ask({ title, lines = [], fields = [], confirm, stay = words.cancel, run = async () => {} }) {
  const dialog = byId("dialog");
  if (dialog.open) return Promise.resolve(false);
  const before = document.activeElement;
  const problem = element("p", { class: "problem", hidden: true });
  const yes = confirm && element("button", { type: "submit", class: "strong" }, confirm);
  const no = element("button", { type: "button", class: "quiet", click: () => dialog.close() }, stay);
  const form = element(
    "form",
    { autocomplete: "off" },
    element("h2", { id: "dialog-title", tabindex: "-1" }, title),
    ...lines.map((line) => (typeof line === "string" ? element("p", {}, line) : line)),
    ...fields,
    element("div", { role: "alert" }, problem),
    element("p", { class: "buttons" }, yes, no),
  );
  dialog.replaceChildren(form);
  dialog.showModal();
  // A dialog without a question is read from its first line.
  (form.querySelector("input, textarea") ?? yes ?? form.querySelector("h2")).focus();

  return new Promise((resolve) => {
    let done = false;
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      yes.setAttribute("aria-disabled", "true");
      let missing;
      try {
        missing = await run(form);
      } catch (failure) {
        missing = failure.words ?? String(failure);
      }
      busy = false;
      yes.removeAttribute("aria-disabled");
      problem.hidden = !missing;
      problem.textContent = missing ?? "";
      if (missing) return;
      done = true;
      dialog.close();
    });
    dialog.addEventListener(
      "close",
      () => {
        dialog.replaceChildren();
        // The button that was pressed may be gone with what it did; then the caller says where to go.
        if (before?.isConnected && before.getClientRects().length) before.focus();
        resolve(done);
      },
      { once: true },
    );
  });
}

/** Radio buttons under one question; none is chosen beforehand, so that the answer is a decision. */
export function choice(name, legend, options) {
  return element(
    "fieldset",
    {},
    element("legend", {}, legend),
    ...options.map(({ value, title }) =>
      element("label", { class: "option" }, element("input", { type: "radio", name, value }), element("span", {}, title)),
    ),
  );
}

/** A box for a note, with what is said about it. */
export function noteField(label, hint) {
  return element(
    "div",
    { class: "field" },
    element("label", { for: "dialog-note" }, label),
    hint && element("p", { id: "dialog-note-hint", class: "hint" }, hint),
    element("textarea", {
      id: "dialog-note",
      name: "note",
      rows: 3,
      maxlength: 2000,
      autocomplete: "off",
      "aria-describedby": hint && "dialog-note-hint",
    }),
  );
}

/** Closes what is open, as when the coach is signed out. */
export function closeDialog() {
  byId("dialog").close();
}
