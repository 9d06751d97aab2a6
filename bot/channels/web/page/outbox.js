// How does what the member wrote get sent exactly once, through lost lines and reloads?

import { Problem } from "./api.js";

// The line works for reading but not for this message: stop promising and let the member decide.
const MOST_ATTEMPTS_WHILE_CONNECTED = 3;
// A gateway that can't take it now says when to come again; after a minute or so the member decides.
const MOST_WAITS = 6;
const FIRST_WAIT_S = 1;
const LONGEST_WAIT_S = 15;
// Nobody is left to hope for longer than this: they are told how long it takes instead.
const LONGEST_ASKED_S = 60;
// What is written goes out in order, but behind a slow message a new one (it may be about danger) waits no longer.
const HELD_UP_MS = 1_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

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
 * Entries `{client_message_id, text, choice?, status, attempts, waits}`. An entry keeps its id through every attempt, so the
 * server acts once. `status` is `sending`, `waiting` (no line: sent by `sendWaiting` when it is back), `busy` (the gateway asked
 * to come again later) or `failed` (refused, or given up). What waits is sent again in its order, and holds up nothing new.
 *
 * `send(entry)` returns the turn or throws a Problem; `listener` gets `changed(entry)`, `delivered(entry, turn)` and
 * `refused(entry, problem)`.
 */
export function createOutbox({ send, isConnected, remember, listener }) {
  let entries = [];
  let isResending = false;
  let timer = null;
  let lastSent = Promise.resolve();

  function change(entry, status) {
    entry.status = status;
    listener.changed(entry);
    remember(entries);
  }

  function remove(entry) {
    entries = entries.filter((other) => other !== entry);
    remember(entries);
  }

  /** Tries one entry; false says that it has to wait, and so have those that wait behind it. */
  async function attempt(entry) {
    if (!entries.includes(entry)) return true;
    const wasConnected = isConnected();
    change(entry, "sending");
    try {
      const turn = await send(entry);
      if (!entries.includes(entry)) return true;
      remove(entry);
      listener.delivered(entry, turn);
      return true;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!entries.includes(entry)) return true;
      if (postpone(entry, problem, wasConnected)) return false;
      entry.isUnreached = problem.isUnreachable;
      change(entry, "failed");
      listener.refused(entry, problem);
      return true;
    }
  }

  /** Says whether the entry is sent again by itself. */
  function postpone(entry, problem, wasConnected) {
    if (problem.isUnreachable) {
      entry.attempts += wasConnected ? 1 : 0;
      if (entry.attempts >= MOST_ATTEMPTS_WHILE_CONNECTED) return false;
      change(entry, "waiting");
      return true;
    }
    if (!problem.isPassing || entry.waits >= MOST_WAITS || problem.retryAfterS > LONGEST_ASKED_S) return false;
    const waitS = Math.max(problem.retryAfterS ?? 0, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** entry.waits));
    entry.waits += 1;
    change(entry, "busy");
    // Not all pages at the same moment: it would be too much at once again.
    timer ??= setTimeout(resend, waitS * 1000 * (1 + Math.random() / 2));
    return true;
  }

  /** Sends an entry behind the one that is under way, as long as that is not slow. */
  function submit(entry) {
    const before = lastSent;
    const sent = (async () => {
      await Promise.race([before, pause(HELD_UP_MS)]);
      return attempt(entry);
    })();
    lastSent = sent.catch(() => null);
    return sent;
  }

  function stopTimer() {
    clearTimeout(timer);
    timer = null;
  }

  async function resend() {
    stopTimer();
    if (isResending) return;
    isResending = true;
    try {
      let entry = firstWaiting();
      while (entry && (await submit(entry))) entry = firstWaiting();
    } finally {
      isResending = false;
    }
  }

  const firstWaiting = () => entries.find(({ status }) => status === "waiting" || status === "busy");

  /** Sends an entry as if it had never been tried. */
  function renew(entry, status) {
    entry.attempts = 0;
    entry.waits = 0;
    change(entry, status);
  }

  return {
    add(text, choice) {
      const entry = { client_message_id: newId(), text, ...(choice && { choice }) };
      entries.push(entry);
      renew(entry, "sending");
      submit(entry);
    },
    /** The line is back: sends what waits, and what was given up for want of a line; says whether there was such. */
    sendWaiting() {
      const givenUp = entries.filter((entry) => entry.status === "failed" && entry.isUnreached);
      for (const entry of givenUp) renew(entry, "waiting");
      resend();
      return givenUp.length > 0;
    },
    /** Takes up what an earlier load of the page left unsent; what was written since then stands behind it. */
    restore(earlier) {
      const known = new Set(entries.map((entry) => entry.client_message_id));
      const left = earlier.filter((entry) => !known.has(entry.client_message_id)).map((entry) => ({ ...entry }));
      entries = [...left, ...entries];
      for (const entry of left) renew(entry, entry.status === "failed" ? "failed" : "waiting");
    },
    retry(entryId) {
      const entry = entries.find((other) => other.client_message_id === entryId);
      if (!entry) return;
      renew(entry, "sending");
      submit(entry);
    },
    remove,
    /** Gives up: returns what was not sent, and sends none of it. */
    drain() {
      stopTimer();
      const unsent = entries;
      entries = [];
      remember(entries);
      return unsent;
    },
  };
}
