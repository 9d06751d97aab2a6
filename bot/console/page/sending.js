// How does a coach's message get to the server exactly once, whatever the line does?

import { write } from "./api.js";

const RETRY_MS = 5_000;

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
 * changed, `onSent(id, answer)` what the server answered, `onRefused(id, text, problem)` a text that can't be sent as it is.
 */
export function createSending({ versionOf, onChange, onSent, onRefused }) {
  const queues = new Map();
  let timer = 0;

  const entriesOf = (id) => queues.get(id) ?? [];

  async function run(id) {
    const entries = entriesOf(id);
    const entry = entries[0];
    if (!entry || entry.status === "sending") return;
    entry.status = "sending";
    onChange(id);
    try {
      const answer = await write(id, versionOf(id), entry.clientMessageId, entry.text);
      // Taken back meanwhile, as by a sign-out: nobody waits for the answer any more.
      if (queues.get(id) !== entries) return;
      entries.shift();
      onSent(id, answer);
      onChange(id);
      run(id);
    } catch (problem) {
      if (queues.get(id) !== entries) return;
      if (problem.canRetry) {
        entry.status = "unsent";
        onChange(id);
        clearTimeout(timer);
        timer = setTimeout(retry, RETRY_MS);
        return;
      }
      // What was written after it makes no sense without it: all of it goes back into the box.
      const text = entries.map((one) => one.text).join("\n");
      queues.delete(id);
      onRefused(id, text, problem);
      onChange(id);
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
      onChange(id);
      run(id);
    },
    /** The line is back: try now what is still here. */
    retry,
    /** Stops trying; gives back `[conversationId, text]` of what never arrived. */
    takeBack() {
      clearTimeout(timer);
      const texts = [...queues].map(([id, entries]) => [id, entries.map((entry) => entry.text).join("\n")]);
      queues.clear();
      return texts.filter(([, text]) => text);
    },
  };
}
