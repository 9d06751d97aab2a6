// How does the console call its server, and what does a refused call look like?

import { problems } from "./words_dialogs.js";

const TIMEOUT_MS = 10_000;
const BASE = "/api/v1/console/";

/** A refused or failed call. `status` is 0 when no answer came at all; `coachName` says who was faster. */
export class Problem extends Error {
  constructor({ status = 0, code = "UNREACHABLE", retryAfterS = 0, coachName = null } = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
    this.coachName = coachName;
  }

  /** The same call may work later as it is. */
  get canRetry() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }

  /** The coach's picture is out of date: what is shown has to be read anew. */
  get isStale() {
    return this.status === 409 || this.status === 404;
  }

  /** What to tell the coach. */
  get words() {
    if (this.status === 0) return problems.unreachable;
    if (Object.hasOwn(problems, this.code)) return problems[this.code];
    if (this.status === 403) return problems.FORBIDDEN;
    if (this.status === 429) return problems.RATE_LIMITED;
    return this.status >= 500 ? problems.other : problems.invalid;
  }
}

let csrfToken = null;
let hearSignedOut = () => {};

/** `listener` is told when the server no longer knows this coach's session. */
export function onSignedOut(listener) {
  hearSignedOut = listener;
}

async function readProblem(response) {
  let body = {};
  try {
    body = (await response.json()) ?? {};
  } catch {
    // A proxy in between may answer without a problem document; the status alone must do.
  }
  return new Problem({
    status: response.status,
    code: typeof body.code === "string" ? body.code : `HTTP_${response.status}`,
    retryAfterS: Number.parseInt(response.headers.get("Retry-After"), 10) || 0,
    coachName: body.coach?.name ?? null,
  });
}

async function request(method, path, body, options) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...options,
    });
    if (response.ok) return response.status === 204 ? null : await response.json();
  } catch {
    throw new Problem();
  }
  throw await readProblem(response);
}

async function call(method, path, body, options) {
  try {
    return await request(method, BASE + path, body, options);
  } catch (problem) {
    if (problem.code === "CSRF_INVALID") {
      // Another tab has signed in meanwhile: take up its token, once.
      await readSession();
      return request(method, BASE + path, body, options);
    }
    if (problem.status === 401 && path !== "session") hearSignedOut();
    throw problem;
  }
}

const keep = (session) => {
  csrfToken = session.csrf_token ?? csrfToken;
  return session;
};

const of = (id, rest = "") => `conversations/${encodeURIComponent(id)}${rest}`;

/** What kind of site this is: `{demo, plans: [{id, name}]}`; without an answer, nothing is known. */
export const readSite = () => request("GET", "/api/v1/site").catch(() => ({ demo: false, plans: [] }));

export const readSession = async () => keep(await call("GET", "session"));
export const signIn = async (username, password) => keep(await call("POST", "session", { username, password }));
/** Goes on when the page goes: whoever leaves at that moment is signed out all the same. */
export const signOut = () => call("DELETE", "session", undefined, { keepalive: true });
export const beat = (active) => call("POST", "heartbeat", { active });
export const setDuty = (on_duty) => call("PUT", "duty", { on_duty });

export const readQueue = () => call("GET", "queue");
export const readConversation = (id) => call("GET", of(id));
export const listMessages = (id, after) => call("GET", of(id, `/messages?after=${after}`));
export const explainMessage = (id, messageId) => call("GET", of(id, `/messages/${encodeURIComponent(messageId)}/why`));
export const claim = (id, version) => call("POST", of(id, "/claim"), { version });
export const write = (id, version, client_message_id, text) =>
  call("POST", of(id, "/messages"), { version, client_message_id, text });
export const addNote = (id, text) => call("POST", of(id, "/notes"), { text });
export const giveBack = (id, version, outcome, note) => call("POST", of(id, "/return"), withNote({ version, outcome }, note));
export const close = (id, version, outcome, note) => call("POST", of(id, "/close"), withNote({ version, outcome }, note));
export const transfer = (id, version, coach_id) => call("POST", of(id, "/transfer"), { version, coach_id });
export const tellTyping = (id) => call("POST", of(id, "/typing"));

export const listCoaches = () => call("GET", "coaches");
export const listCallbacks = () => call("GET", "callbacks?done=0");
export const takeCallback = (id, version) => call("POST", `callbacks/${encodeURIComponent(id)}/take`, { version });
export const finishCallback = (id, version, reached, note) =>
  call("POST", `callbacks/${encodeURIComponent(id)}/finish`, withNote({ version, reached }, note));

function withNote(body, note) {
  return note ? { ...body, note } : body;
}

/** The address of the live line. */
export function socketAddress() {
  const address = new URL(`${BASE}socket`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
