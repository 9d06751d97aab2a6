// How does the page call the gateway, and what does a failed call look like?

const TIMEOUT_MS = 10_000;

/** A refused or failed call. `status` is 0 when no answer came at all; `safety` may carry a message of the safety gate. */
export class Problem extends Error {
  constructor({ status = 0, code = "UNREACHABLE", retryAfterS = null, safety = null } = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
    this.safety = safety;
  }

  get isUnreachable() {
    return this.status === 0;
  }

  /** The conversation can't go on: it is unknown to the server, or closed. */
  get isOver() {
    return this.code === "CONVERSATION_NOT_FOUND" || this.code === "CONVERSATION_CLOSED";
  }

  /** It is no fault of the call, and passes: too much at once, a record that is locked, a gateway that restarts. */
  get isPassing() {
    return [429, 502, 503, 504].includes(this.status);
  }

  /** The same call may work later; otherwise what was sent has to change first. */
  get canRetry() {
    return this.status < 400 || this.status >= 500 || this.status === 429;
  }
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
    retryAfterS: Number.parseInt(response.headers.get("Retry-After"), 10) || null,
    safety: body.safety ?? null,
  });
}

async function call(method, path, { token, body } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      headers,
      body: body && JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return response.status === 204 ? null : await response.json();
  } catch {
    throw new Problem();
  }
  throw await readProblem(response);
}

const pathOf = (conversation, rest) => `conversations/${encodeURIComponent(conversation.id)}/${rest}`;

/** What kind of site this is: `{demo, plans}`. A gateway without this route is not a demo and offers no plans. */
export async function readSite() {
  try {
    const { demo = false, plans = [] } = await call("GET", "site");
    return { demo, plans };
  } catch (problem) {
    if (problem.status === 404) return { demo: false, plans: [] };
    throw problem;
  }
}

export const openConversation = (plan) =>
  call("POST", "conversations", { body: { channel: "web", locale: "en", ...(plan && { plan }) } });

/** Opens the conversation of a one-time link; the answer is that of an opening, with all messages so far. */
export const openLink = (link) => call("POST", "links", { body: { link } });

export const sendMessage = (conversation, { client_message_id, text, choice }) =>
  call("POST", pathOf(conversation, "messages"), {
    token: conversation.token,
    body: choice ? { client_message_id, choice } : { client_message_id, text },
  });

export const listMessages = (conversation, after) =>
  call("GET", pathOf(conversation, `messages?after=${after}`), { token: conversation.token });

export const requestHandoff = (conversation) =>
  call("POST", pathOf(conversation, "handoff"), { token: conversation.token, body: {} });

export const cancelHandoff = (conversation) =>
  call("DELETE", pathOf(conversation, "handoff"), { token: conversation.token });

export const closeConversation = (conversation) =>
  call("POST", pathOf(conversation, "close"), { token: conversation.token, body: {} });

export const rateConversation = (conversation, score, comment) =>
  call("POST", pathOf(conversation, "rating"), {
    token: conversation.token,
    body: { score, ...(comment && { comment }) },
  });

export function socketAddress(conversation) {
  const address = new URL(`/api/v1/${pathOf(conversation, "socket")}`, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}
