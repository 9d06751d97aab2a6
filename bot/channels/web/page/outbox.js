// How does what the member wrote get sent exactly once, through lost lines and reloads?

import { Problem } from "./api.js";
import { pauseAfter } from "./connection.js";

// The line works for reading but not for this message: stop promising and let the member decide.
const MOST_ATTEMPTS_WHILE_CONNECTED = 3;
// A gateway that is too busy says when to come again; after some twenty seconds the member decides.
const MOST_WAITS_WHILE_BUSY = 6;
const BUSY_PAUSE_S = 2;

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Browsers keep randomUUID from pages without TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * A queue of entries `{client_message_id, text, choice?, status, attempts}`, sent one at a time and in order. An entry keeps its
 * id through every attempt, so the server acts once. `status` is `sending`, `waiting` (no line), `busy` (the gateway has too much
 * to do) or `failed` (refused).
 *
 * `send(entry)` returns the turn or throws a Problem; `listener` gets `changed(entry)`, `delivered(entry, turn)` and
 * `refused(entry, problem)`.
 */
export function createOutbox({ send, isConnected, remember, listener }) {
  let entries = [];
  let running = false;
  let failures = 0;
  let timer = 0;

  function change(entry, status) {
    entry.status = status;
    listener.changed(entry);
    remember(entries);
  }

  function remove(entry) {
    entries = entries.filter((other) => other !== entry);
    remember(entries);
  }

  /** Tries one entry; says whether the line is good enough to try the next. */
  async function attempt(entry) {
    change(entry, "sending");
    try {
      const turn = await send(entry);
      failures = 0;
      if (!entries.includes(entry)) return true;
      remove(entry);
      listener.delivered(entry, turn);
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!entries.includes(entry)) return true;
      if (problem.code === "OVERLOADED" && (entry.waits ?? 0) < MOST_WAITS_WHILE_BUSY) {
        entry.waits = (entry.waits ?? 0) + 1;
        for (const other of entries) if (other.status !== "failed") change(other, "busy");
        // Not all at the same moment: it would be too much at once again.
        timer = setTimeout(flush, (problem.retryAfterS ?? BUSY_PAUSE_S) * 1000 * (1 + Math.random() / 2));
        return false;
      }
      entry.attempts += isConnected() ? 1 : 0;
      if (problem.isUnreachable && entry.attempts < MOST_ATTEMPTS_WHILE_CONNECTED) {
        for (const other of entries) if (other.status !== "failed") change(other, "waiting");
        timer = setTimeout(flush, pauseAfter(failures));
        failures += 1;
        return false;
      }
      change(entry, "failed");
      listener.refused(entry, problem);
      return true;
    }
  }

  async function flush() {
    clearTimeout(timer);
    if (running) return;
    running = true;
    try {
      let entry = firstUnsent();
      while (entry && (await attempt(entry))) entry = firstUnsent();
    } finally {
      running = false;
    }
  }

  const firstUnsent = () => entries.find((entry) => entry.status !== "failed");

  return {
    flush,
    add(text, choice) {
      const entry = { client_message_id: newId(), text, ...(choice && { choice }), status: "sending", attempts: 0 };
      entries.push(entry);
      change(entry, "sending");
      flush();
    },
    /** Takes up what an earlier load of the page left unsent. */
    restore(earlier) {
      entries = earlier.map((entry) => ({
        ...entry,
        status: entry.status === "failed" ? "failed" : "waiting",
        attempts: 0,
      }));
      for (const entry of entries) listener.changed(entry);
    },
    retry(entryId) {
      const entry = entries.find((other) => other.client_message_id === entryId);
      if (!entry) return;
      entry.attempts = 0;
      entry.waits = 0;
      change(entry, "sending");
      flush();
    },
    remove,
    /** Gives up: returns what was not sent, and sends none of it. */
    drain() {
      clearTimeout(timer);
      const unsent = entries;
      entries = [];
      remember(entries);
      return unsent;
    },
  };
}
