// What do coaches write for each other, and what has happened so far? Nothing of it ever reaches the member.

import { addNote } from "./api.js";
import { asWords, byId, element, timeElement } from "./elements.js";
import { createTabs } from "./tabs.js";
import { words } from "./words.js";

const SAME_VISIT_MS = 10 * 60_000;
const ROOMY = matchMedia("(min-width: 75rem)");

/** Which words an event has: the member may have done it, too, and whoever was with a coach took back no request. */
function wordingOf({ event, coach, holder_before: before }) {
  if (event === "cancelled" && before === "coach") return "taken_back";
  return event === "closed" && !coach ? "ended" : event;
}

function eventText(entry) {
  const says = words.events[wordingOf(entry)];
  if (typeof says === "function") return says(entry.coach?.name ?? words.events.someone);
  const text = says ?? words.events.other(asWords(entry.event));
  const cause = entry.event === "requested" && entry.cause && words.causes[entry.cause];
  return cause ? `${text} · ${cause}` : text;
}

/** The desk reads anew whatever changes: that a coach who was just here looked again is no news. */
function withoutRepeats(log) {
  const lastAt = new Map();
  return log.filter(({ event, coach, at }) => {
    if (!coach) return true;
    const before = lastAt.get(coach.id) ?? -Infinity;
    lastAt.set(coach.id, Date.parse(at));
    return event !== "viewed" || Date.parse(at) - before > SAME_VISIT_MS;
  });
}

/**
 * `onDraft(text)` hears every change of an unsaved note, `onProblem(problem)` why one could not be saved, `onSaved()` that it
 * was, `onHistory()` that the newest history is wanted, `onToggle(isOpen)` that the panel was opened or put away.
 */
export function createSide({ onDraft, onProblem, onSaved, onHistory, onToggle }) {
  const side = byId("side");
  const toggle = byId("show-side");
  const box = byId("note");
  const form = byId("note-form");
  const list = byId("notes");
  const tabs = createTabs(["tab-notes", "tab-history"], (id) => id === "tab-history" && onHistory());
  const history = byId("history");
  let conversationId = null;
  let notes = [];
  let busy = false;

  function setOpen(isOpen) {
    side.hidden = !isOpen;
    toggle.setAttribute("aria-expanded", String(isOpen));
    onToggle(isOpen);
  }

  function showNotes() {
    byId("no-notes").hidden = notes.length > 0;
    list.replaceChildren(
      ...notes.map((note) =>
        element(
          "li",
          { "data-note": note.id },
          element("p", { class: "head" }, element("span", { class: "author" }, note.coach?.name ?? words.events.someone), " ", timeElement(note.created_at)),
          element("p", { class: "text" }, note.text),
        ),
      ),
    );
    toggle.querySelector("span").textContent = words.conversation.notes(notes.length);
    toggle.setAttribute("aria-label", words.conversation.notesLabel(notes.length));
  }

  async function save(event) {
    event.preventDefault();
    const text = box.value.trim();
    const id = conversationId;
    if (!text || busy) {
      box.focus();
      return;
    }
    busy = true;
    try {
      const { note } = await addNote(id, text);
      if (id === conversationId) {
        notes = [...notes.filter((one) => one.id !== note.id), note];
        showNotes();
        if (box.value.trim() === text) box.value = "";
        onDraft(box.value);
        list.lastElementChild.scrollIntoView({ block: "nearest" });
      }
      onSaved();
    } catch (problem) {
      onProblem(problem);
    }
    busy = false;
    box.focus();
  }

  box.placeholder = words.side.placeholder;
  form.addEventListener("submit", save);
  box.addEventListener("input", () => onDraft(box.value));
  toggle.addEventListener("click", () => {
    setOpen(true);
    box.focus();
  });
  byId("hide-side").addEventListener("click", () => {
    setOpen(false);
    toggle.focus();
  });

  return {
    /** Shows the notes and the history of a conversation, and the note that was not saved yet. */
    show({ id, notes: list, log, draft, isOpened }) {
      conversationId = id;
      notes = list;
      if (box.value !== draft) box.value = draft;
      showNotes();
      history.replaceChildren(
        ...withoutRepeats(log).map((entry) => element("li", {}, timeElement(entry.at), element("p", {}, eventText(entry)))),
      );
      if (history.children.length === 0) history.append(element("li", {}, element("p", {}, words.side.noHistory)));
      if (isOpened) {
        tabs.open("tab-notes");
        setOpen(ROOMY.matches);
      }
    },
    /** Makes room for the list where both share one place. */
    hide() {
      if (!ROOMY.matches) setOpen(false);
    },
    focus() {
      if (!conversationId) return;
      tabs.open("tab-notes");
      setOpen(true);
      box.focus();
    },
    clear() {
      conversationId = null;
      notes = [];
      box.value = "";
      list.replaceChildren();
      history.replaceChildren();
      side.hidden = true;
    },
  };
}
