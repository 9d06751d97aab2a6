// Which decisions does a coach take in a dialog: how it ended, who goes on, whether to leave?

import { listCoaches } from "./api.js";
import { ask, choice, noteField } from "./dialog.js";
import { element } from "./elements.js";
import { dialogs, callbacks } from "./words_dialogs.js";

const chosenIn = (form, name) => new FormData(form).get(name);
const noteOf = (form) => chosenIn(form, "note").trim();

/** Asks how it ended. `kind` is "return" or "close"; `act(outcome, note)` does it. */
export function askOutcome(kind, act) {
  const text = dialogs.outcome;
  return ask({
    title: text[`${kind}Title`],
    lines: [text[`${kind}Happens`]],
    fields: [
      choice("outcome", text.legend, Object.entries(text.outcomes).map(([value, title]) => ({ value, title }))),
      noteField(text.note, text.only),
    ],
    confirm: text[`${kind}Confirm`],
    async run(form) {
      const outcome = chosenIn(form, "outcome");
      if (!outcome) return text.choose;
      await act(outcome, noteOf(form));
    },
  });
}

/** Asks who goes on, without `notThese` ids; resolves to the coach who has it now, or null. Rejects when nobody can say who is on duty. */
export async function askTransfer(notThese, act) {
  const text = dialogs.transfer;
  const { coaches } = await listCoaches();
  const others = coaches.filter((coach) => !notThese.includes(coach.id));
  let chosen = null;
  const isDone = await ask({
    title: text.title,
    lines: others.length ? [text.happens] : [text.none],
    fields: others.length ? [choice("coach", text.legend, others.map(({ id, name }) => ({ value: id, title: name })))] : [],
    confirm: others.length ? text.confirm : null,
    async run(form) {
      chosen = others.find((coach) => coach.id === chosenIn(form, "coach"));
      if (!chosen) return text.choose;
      await act(chosen.id);
    },
  });
  return isDone ? chosen : null;
}

/** Asks before a coach leaves members behind. */
export function askLeave(count, act) {
  const text = dialogs.leave;
  return ask({ title: text.title, lines: [text.happens(count)], confirm: text.confirm, stay: text.stay, run: act });
}

/** Asks for a note on a call-back; `act(note)` records it. */
export function askCallback(isReached, act) {
  return ask({
    title: isReached ? callbacks.reachedTitle : callbacks.noAnswerTitle,
    lines: [isReached ? callbacks.reachedHappens : callbacks.noAnswerHappens],
    fields: [noteField(callbacks.note, dialogs.outcome.only)],
    confirm: callbacks.save,
    async run(form) {
      await act(noteOf(form));
    },
  });
}

/** Shows the keys and what is good to know. */
export function showHelp() {
  const text = dialogs.help;
  const rows = text.rows.map(([keys, what]) =>
    element("div", {}, element("dt", {}, element("kbd", {}, keys)), element("dd", {}, what)),
  );
  return ask({
    title: text.title,
    lines: [
      element("h3", {}, text.marks),
      element("ul", { class: "facts" }, ...text.facts.map((fact) => element("li", {}, fact))),
      element("h3", {}, text.keys),
      element("dl", { class: "keys" }, ...rows),
      element("p", { class: "hint" }, text.macNote),
    ],
    stay: text.close,
  });
}
