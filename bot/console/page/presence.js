// Is the coach there? Heartbeats say so to the server, and without activity the session ends after a warning.

import { beat } from "./api.js";
import { byId, element, setText } from "./elements.js";
import { dialogs } from "./words_dialogs.js";

const WARN_S = 120;
// After one that did not get through; until one does, the coach reads that it is so.
const NEXT_TRY_MS = 5_000;
const TELL_TABS_EVERY_MS = 5_000;
const ACTIVITY = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];

/**
 * Watches over one session. `idleS` is the server's limit in seconds; `onIdle()` is called when it is over, and
 * `onDuty(isOnDuty)` gets what the server says of it, `onBeat(isKept)` whether a sign of life got through; `holdsAny()` tells
 * whether a conversation would go back.
 */
export function watchPresence({ idleS, onIdle, onLeave, onDuty, onBeat, holdsAny }) {
  const dialog = byId("idle");
  const ticker = new Worker("/console/ticker.js");
  // Two tabs are one session: who works in one of them is not idle in the other.
  const tabs = new BroadcastChannel("gene-guide-desk");
  let lastActivity = Date.now();
  let lastTold = 0;
  // Counted and not compared by the clock, which two things may share a tick of; to come here is the first.
  let doings = 1;
  let doingsHeard = 0;
  let serverEnd = Infinity;
  let isAsking = false;
  let beating = false;
  let nextTry = 0;
  let stopped = false;

  const time = element("strong", { id: "idle-time" });
  const held = element("p", {}, dialogs.idle.held);
  const stay = element("button", { type: "button", class: "strong", click: answer }, dialogs.idle.stay);
  const leave = element("button", { type: "button", class: "quiet", click: onLeave }, dialogs.idle.leave);
  dialog.replaceChildren(
    element("h2", { id: "idle-title" }, dialogs.idle.title),
    element("p", { id: "idle-text" }, `${dialogs.idle.text} `, time, "."),
    held,
    element("p", { class: "buttons" }, stay, leave),
  );

  // With the question on the screen only its answer counts: a mouse that somebody bumps into says nothing.
  const noteActivity = () => {
    if (!isAsking) beActive();
  };

  function beActive() {
    lastActivity = Date.now();
    doings += 1;
    if (lastActivity - lastTold < TELL_TABS_EVERY_MS) return;
    lastTold = lastActivity;
    tabs.postMessage("active");
  }

  async function sendBeat() {
    if (beating || stopped) return;
    beating = true;
    clearTimeout(nextTry);
    const doingsNow = doings;
    try {
      const { idle_seconds_left, on_duty } = await beat(doingsNow > doingsHeard);
      doingsHeard = doingsNow;
      serverEnd = Date.now() + idle_seconds_left * 1_000;
      if (!stopped) onDuty(on_duty);
      if (!stopped) onBeat(true);
    } catch (problem) {
      // A session that has ended is told by the call itself.
      if (!stopped && problem.canRetry) {
        onBeat(false);
        nextTry = setTimeout(sendBeat, NEXT_TRY_MS);
      }
    }
    beating = false;
  }

  function check() {
    if (stopped) return;
    // The server hears of activity only with the next heartbeat, so its word counts only while there was none since.
    const end = Math.min(lastActivity + idleS * 1_000, doings > doingsHeard ? Infinity : serverEnd);
    const leftS = Math.ceil((end - Date.now()) / 1_000);
    if (leftS <= 0) {
      onIdle();
      return;
    }
    if (leftS > WARN_S) {
      // Somebody is active in another tab: here nobody has answered.
      isAsking = false;
      dialog.close();
      return;
    }
    held.hidden = !holdsAny();
    const { minutes, seconds } = dialogs.idle;
    setText(time, leftS >= 60 ? minutes(Math.floor(leftS / 60), leftS % 60) : seconds(leftS));
    if (isAsking) return;
    isAsking = true;
    dialog.showModal();
    stay.focus();
  }

  /** Counts from the press on, not from when the browser says that the dialog is closed: that may be a frame later. */
  function answer() {
    if (!isAsking) return;
    isAsking = false;
    beActive();
    sendBeat();
    dialog.close();
  }

  /** Esc has closed it; or it was closed before and is open again by now. */
  function noteClosed() {
    if (!dialog.open) answer();
  }

  for (const kind of ACTIVITY) addEventListener(kind, noteActivity, { capture: true, passive: true });
  dialog.addEventListener("close", noteClosed);
  ticker.onmessage = sendBeat;
  tabs.onmessage = () => {
    lastActivity = Date.now();
  };
  const timer = setInterval(check, 1_000);
  sendBeat();

  return {
    stop() {
      stopped = true;
      isAsking = false;
      clearInterval(timer);
      clearTimeout(nextTry);
      ticker.terminate();
      tabs.close();
      for (const kind of ACTIVITY) removeEventListener(kind, noteActivity, { capture: true });
      dialog.removeEventListener("close", noteClosed);
      dialog.close();
    },
  };
}
