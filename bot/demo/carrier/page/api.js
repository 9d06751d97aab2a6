// How does the page talk to the simulated carrier?

const BASE = "/demo/phone/api";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** The phones and the plans that there are. */
export async function loadSetup() {
  return read(await fetch(`${BASE}/setup`));
}

/** Sends a text. Throws when the carrier did not take it. */
export async function sendText(from, to, body) {
  const headers = { "Content-Type": "application/json" };
  await read(await fetch(`${BASE}/texts`, { method: "POST", headers, body: JSON.stringify({ from, to, body }) }));
}

/** Tells again and again what is on a phone, until the signal says stop; `onLost` hears that there is no connection. */
export async function watchInbox(phone, signal, onInbox, onLost) {
  let seen = "";
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const query = new URLSearchParams({ phone, seen });
      const inbox = await read(await fetch(`${BASE}/inbox?${query}`, { signal }));
      if (signal.aborted) return;
      seen = inbox.version;
      wait = FIRST_WAIT_MS;
      onInbox(inbox);
    } catch {
      if (signal.aborted) return;
      onLost();
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }
}

async function read(response) {
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
