// How does a coach's message get to the server exactly once, whatever the line does?

import { write } from "./api.js";

const RETRY_MS = 5_000;
// Whoever asks for more patience than this gets no more.
const LONGEST_ASKED_S = 60;
// What takes longer than a message ever should is told to the coach before it has failed.
const LATE_MS = 4_000;

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Outside of https and localhost browsers give random numbers, but no ready-made id (RFC 9562, version 4).
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Messages on their way, per conversation, one after the other. A message keeps its id through all tries, so that the
 * server records it once. `versionOf(id)` gives the version the coach has seen; `onChange(id)` hears that the unsent ones
 * changed, `onUnsent(count)` how many did not get through at once, `onSent(id, answer)` what the server answered, `onRefused(id, text, problem)` a text that can't be sent as it is.
 */
export function createSending({ versionOf, onChange, onUnsent, onSent, onRefused }) {
  const queues = new Map();
  let timer = 0;

  const entriesOf = (id) => queues.get(id) ?? [];

  /** Behind one that does not get through nothing else does. */
  function countUnsent() {
    const stuck = [...queues.values()].filter(([first]) => first?.isLate);
    return stuck.reduce((count, entries) => count + entries.length, 0);
  }

  function change(id) {
    onChange(id);
    onUnsent(countUnsent());
  }

  async function run(id) {
    const entries = entriesOf(id);
    const entry = entries[0];
    if (!entry || entry.status === "sending") return;
    entry.status = "sending";
    change(id);
    const late = setTimeout(() => {
      entry.isLate = true;
      change(id);
    }, LATE_MS);
    try {
      const answer = await write(id, versionOf(id), entry.clientMessageId, entry.text);
      // Taken back meanwhile, as by a sign-out: nobody waits for the answer any more.
      if (queues.get(id) !== entries) return;
      entries.shift();
      onSent(id, answer);
      change(id);
      run(id);
    } catch (problem) {
      if (queues.get(id) !== entries) return;
      if (problem.canRetry) {
        entry.status = "unsent";
        entry.isLate = true;
        change(id);
        clearTimeout(timer);
        timer = setTimeout(retry, Math.max(RETRY_MS, Math.min(problem.retryAfterS, LONGEST_ASKED_S) * 1_000));
        return;
      }
      // What was written after it makes no sense without it: all of it goes back into the box.
      const text = entries.map((one) => one.text).join("\n");
      queues.delete(id);
      onRefused(id, text, problem);
      change(id);
    } finally {
      clearTimeout(late);
    }
  }

  function retry() {
    for (const id of queues.keys()) run(id);
  }

  return {
    entriesOf,
    send(id, text) {
      if (!queues.has(id)) queues.set(id, []);
      queues.get(id).push({ clientMessageId: newId(), text, status: "unsent" });
      change(id);
      run(id);
    },
    /** The line is back: try now what is still here. */
    retry,
    /** Stops trying; gives back `[conversationId, text]` of what never arrived. */
    takeBack() {
      clearTimeout(timer);
      const texts = [...queues].map(([id, entries]) => [id, entries.map((entry) => entry.text).join("\n")]);
      queues.clear();
      onUnsent(0);
      return texts.filter(([, text]) => text);
    },
  };
}
