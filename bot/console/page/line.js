// How does news reach the desk, and what happens when the line drops?

import { socketAddress } from "./api.js";

const POLL_MS = 5_000;
// With a live socket a slow look still finds what a silently dead line (sleep, change of network) has lost.
const LIVE_POLL_MS = 30_000;
const LONGEST_PAUSE_MS = 15_000;
const TYPING_EVERY_MS = 3_000;
const FIRST_RETRY_S = 2;

/**
 * Keeps the desk up to date: a WebSocket while it holds, polling while it doesn't.
 *
 * `listener` gets `queue()`, `message(conversationId, message)`, `state(conversationId, state, version)`,
 * `typing(conversationId, author)`, `signedOut()`, `status("live"|"polling"|"lost")`, and `poll()`: an async look at all
 * that is shown, which rejects with a Problem when the server can't be reached. A message may come twice; its seq tells.
 */
export function openLine(listener) {
  let socket = null;
  let watched = { conversation_id: null, after: 0 };
  let stopped = false;
  let failures = 0;
  let isLost = false;
  let isPolling = false;
  let pollTimer = 0;
  let socketTimer = 0;
  let watchTimer = 0;
  let lastTyping = 0;
  let hasHeard = false;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  function transmit(frame) {
    if (isOpen()) socket.send(JSON.stringify(frame));
  }

  function tellStatus() {
    if (!stopped) listener.status(isLost ? "lost" : isOpen() ? "live" : "polling");
  }

  function takeFrame(event) {
    if (stopped) return;
    hasHeard = true;
    failures = 0;
    const frame = JSON.parse(event.data);
    if (frame.type === "queue_changed") listener.queue();
    else if (frame.type === "message") listener.message(frame.conversation_id, frame.message);
    else if (frame.type === "state") listener.state(frame.conversation_id, frame.state, frame.version);
    else if (frame.type === "typing") listener.typing(frame.conversation_id, frame.author);
    else if (frame.type === "signed_out") listener.signedOut();
    else if (frame.type === "error") takeRefusal(frame);
  }

  /** What can't be followed right now says so once: unless it is asked for again, nothing more of it would come. */
  function takeRefusal({ status, retry_after_s: retryAfterS }) {
    if (status !== 429 && status < 500) return;
    clearTimeout(watchTimer);
    watchTimer = setTimeout(transmitWatch, (retryAfterS ?? FIRST_RETRY_S) * 1_000);
  }

  function transmitWatch() {
    clearTimeout(watchTimer);
    transmit({ type: "watch", ...watched });
  }

  function openSocket() {
    clearTimeout(socketTimer);
    if (stopped || socket || !navigator.onLine) return;
    const opening = new WebSocket(socketAddress());
    socket = opening;
    opening.onopen = () => {
      transmitWatch();
      look();
    };
    opening.onmessage = takeFrame;
    opening.onclose = () => {
      if (socket !== opening) return;
      socket = null;
      hasHeard = false;
      if (stopped) return;
      const pause = Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2);
      socketTimer = setTimeout(openSocket, pause);
      failures += 1;
      look();
    };
  }

  /** Asks for everything that is shown, now and then again after a while. */
  async function look() {
    clearTimeout(pollTimer);
    if (stopped || isPolling) return;
    isPolling = true;
    try {
      await listener.poll();
      isLost = !navigator.onLine;
    } catch (problem) {
      if (problem.canRetry === undefined) console.error(problem);
      isLost = problem.canRetry ?? isLost;
    }
    isPolling = false;
    if (stopped) return;
    tellStatus();
    pollTimer = setTimeout(look, isOpen() && hasHeard && !isLost ? LIVE_POLL_MS : POLL_MS);
  }

  function wake() {
    if (document.hidden) return;
    openSocket();
    look();
  }

  function goOffline() {
    isLost = true;
    tellStatus();
    socket?.close();
  }

  function comeOnline() {
    failures = 0;
    wake();
  }

  addEventListener("online", comeOnline);
  addEventListener("offline", goOffline);
  document.addEventListener("visibilitychange", wake);
  openSocket();
  look();

  return {
    /** Says which conversation is open, and up to which seq it is shown. */
    watch(conversation_id, after = 0) {
      watched = { conversation_id, after };
      transmitWatch();
    },
    /** Where to start again after a lost line. */
    hasShown(seq) {
      watched.after = Math.max(watched.after, seq);
    },
    /** Tells the member that the coach is writing, at most every few seconds; says whether it could. */
    tellTyping() {
      if (!isOpen() || Date.now() - lastTyping < TYPING_EVERY_MS) return;
      lastTyping = Date.now();
      transmit({ type: "typing" });
    },
    look,
    stop() {
      stopped = true;
      clearTimeout(pollTimer);
      clearTimeout(socketTimer);
      clearTimeout(watchTimer);
      socket?.close();
      removeEventListener("online", comeOnline);
      removeEventListener("offline", goOffline);
      document.removeEventListener("visibilitychange", wake);
    },
  };
}
