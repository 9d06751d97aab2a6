// How do new messages reach the page, and what happens when the line drops?

import { listMessages, socketAddress } from "./api.js";

const POLL_MS = 4_000;
// With a live socket a slow look still finds what a silently dead line (sleep, change of network) has lost.
const LIVE_POLL_MS = 45_000;
const LONGEST_PAUSE_MS = 30_000;
const TYPING_EVERY_MS = 3_000;

/** A pause that doubles with every failed attempt, with jitter so that many pages don't come back at one moment. */
export function pauseAfter(attempt, firstMs = 1_000) {
  return Math.min(LONGEST_PAUSE_MS, firstMs * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/**
 * Keeps one conversation up to date: a WebSocket while it holds, polling while it doesn't.
 *
 * `listener` gets `messages(list)`, `state(state)`, `typing(author)`, `status("connected"|"unreachable"|"offline")` and
 * `over(problem)` when the server no longer knows the conversation. A message may be handed over twice; its seq tells.
 * The cursor follows only what came in order here, never the answer to a sent message: a message that another
 * tab wrote in between is still fetched.
 */
export function connect(conversation, listener) {
  let socket = null;
  let stopped = false;
  let socketFailures = 0;
  let pollFailures = 0;
  let pollTimer = 0;
  let socketTimer = 0;
  let lastTyping = 0;
  let cursor = conversation.seq;
  // A socket that is open but says nothing (a proxy may do that) is no reason to stop asking.
  let hasHeard = false;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  function transmit(frame) {
    if (isOpen()) socket.send(JSON.stringify(frame));
  }

  function take(messages) {
    if (messages.length === 0) return;
    cursor = Math.max(cursor, ...messages.map((message) => message.seq));
    listener.messages(messages);
    transmit({ type: "ack", seq: cursor });
  }

  function takeFrame(event) {
    if (stopped) return;
    socketFailures = 0;
    hasHeard = true;
    const frame = JSON.parse(event.data);
    if (frame.type === "message") take([frame.message]);
    else if (frame.type === "state") listener.state(frame.state);
    else if (frame.type === "typing") listener.typing(frame.author);
  }

  function openSocket() {
    clearTimeout(socketTimer);
    if (stopped || socket || !navigator.onLine) return;
    socket = new WebSocket(socketAddress(conversation));
    socket.onopen = () => {
      transmit({ type: "auth", token: conversation.token, after: cursor });
      poll();
    };
    socket.onmessage = takeFrame;
    socket.onclose = () => {
      socket = null;
      hasHeard = false;
      if (stopped) return;
      socketTimer = setTimeout(openSocket, pauseAfter(socketFailures));
      socketFailures += 1;
      // Whether the gateway is gone, or only this socket, is known at once and not when the member has written.
      poll();
    };
  }

  function schedulePoll() {
    clearTimeout(pollTimer);
    if (stopped || !navigator.onLine) return;
    const calm = (isOpen() && hasHeard) || document.hidden ? LIVE_POLL_MS : POLL_MS;
    pollTimer = setTimeout(poll, pollFailures ? pauseAfter(pollFailures) : calm);
  }

  async function poll() {
    clearTimeout(pollTimer);
    try {
      const page = await listMessages(conversation, cursor);
      if (stopped) return;
      pollFailures = 0;
      // An answer that was on its way when the line dropped says nothing about the line now.
      if (navigator.onLine) listener.status("connected");
      take(page.messages);
      listener.state(page.state);
    } catch (problem) {
      if (stopped) return;
      if (problem.isOver) {
        stop();
        listener.over(problem);
        return;
      }
      pollFailures += 1;
      tellDown();
    }
    schedulePoll();
  }

  const tellDown = () => listener.status(navigator.onLine ? "unreachable" : "offline");

  function lose() {
    // A look that comes anyway is not put off by whoever goes on writing.
    if (stopped || pollFailures > 0) return;
    pollFailures = 1;
    tellDown();
    schedulePoll();
  }

  function wake() {
    if (document.hidden) return;
    openSocket();
    poll();
  }

  function goOffline() {
    clearTimeout(pollTimer);
    socket?.close();
    listener.status("offline");
  }

  const comeOnline = () => {
    socketFailures = 0;
    wake();
  };

  function stop() {
    stopped = true;
    clearTimeout(pollTimer);
    clearTimeout(socketTimer);
    socket?.close();
    removeEventListener("online", comeOnline);
    removeEventListener("offline", goOffline);
    document.removeEventListener("visibilitychange", wake);
  }

  addEventListener("online", comeOnline);
  addEventListener("offline", goOffline);
  document.addEventListener("visibilitychange", wake);
  if (navigator.onLine) openSocket();
  else listener.status("offline");

  return {
    stop,
    /** Asks now for what is new, and for how things stand. */
    check: poll,
    /** Another call did not get through: the line counts as down until a look gets through. */
    lose,
    /** Tells the other side that the member is writing, at most every few seconds. */
    tellTyping() {
      if (Date.now() - lastTyping < TYPING_EVERY_MS) return;
      lastTyping = Date.now();
      transmit({ type: "typing" });
    },
  };
}
