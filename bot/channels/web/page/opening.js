// How does a conversation begin here: by a link from a text, by what this tab remembers, or anew?

import * as api from "./api.js";
import { pauseAfter } from "./connection.js";
import { whileWaiting } from "./patience.js";
import { words } from "./words.js";

// A link that the server can't read (cut off by a copy) works no better than one that it doesn't know.
const LINK_IS_GONE = new Set([404, 422]);

/**
 * `onOpened(messages, state)` gets the conversation that the session now has, `onOver(problem)` hears that the server
 * does not know it any more, `onLinkGone()` that a link opens nothing. A failed opening is tried again by itself, and at
 * once when the member does anything.
 */
export function createOpening({ session, log, notices, starter, onOpened, onOver, onLinkGone }) {
  let failures = 0;
  let endPause = null;
  const waiting = [];

  /** Follows the link, takes up this tab's conversation, or opens one with `plan` if the site offers it. */
  async function start(plan) {
    log.showTyping(session.link === null ? "assistant" : "link", 15_000);
    try {
      await whileWaiting(enter(plan));
      notices.showLine(null);
      if (failures > 0) notices.clearProblem();
      failures = 0;
      for (const tell of waiting.splice(0)) tell();
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      log.showTyping(null);
      if (problem.isOver) onOver(problem);
      else if (session.link !== null && LINK_IS_GONE.has(problem.status)) {
        notices.showLine(null);
        onLinkGone();
      } else startLater(problem, plan);
    }
  }

  async function enter(plan) {
    const site = await api.readSite();
    document.getElementById("demo").hidden = !site.demo;
    starter.offer(site.plans);
    if (session.link !== null) await join(session.link);
    else if (session.conversation) await resume();
    else await open(site.plans.some(({ id }) => id === plan) ? plan : null);
  }

  async function startLater(problem, plan) {
    showTrouble(problem);
    const asked = (problem.retryAfterS ?? 0) * 1000;
    await new Promise((resolve) => {
      endPause = resolve;
      setTimeout(resolve, Math.max(asked, pauseAfter(failures)));
      addEventListener("online", resolve, { once: true });
    });
    endPause = null;
    failures += 1;
    start(plan);
  }

  function showTrouble(problem) {
    if (!problem.isUnreachable) {
      notices.showLine(null);
      notices.showProblem(words.problems.opening, { label: words.tryAgain, run: hurry });
      return;
    }
    notices.clearProblem();
    notices.showLine(navigator.onLine ? words.connection.unreachable : words.connection.offline);
  }

  /** The member does something: a pause ends now, whatever its length. */
  function hurry() {
    endPause?.();
  }

  async function join(link) {
    const { conversation_id: id, token, messages, state } = await api.openLink(link);
    // What was texted is known to the member: only the newest message is read out and scrolled to.
    const seq = Math.max(0, ...messages.map((message) => message.seq)) - 1;
    session.join({ id, token, seq: Math.max(0, seq) });
    onOpened(messages, state);
  }

  async function open(plan) {
    begin(await api.openConversation(plan), plan);
  }

  function begin(opened, plan) {
    session.begin({ id: opened.conversation_id, token: opened.token, seq: 0, plan });
    onOpened(opened.messages, opened.state);
  }

  async function resume() {
    const page = await api.listMessages(session.conversation, 0);
    onOpened(page.messages, page.state);
  }

  return {
    start,
    begin,
    hurry,
    /** Hurries, and resolves when a conversation is open. */
    whenOpen() {
      hurry();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
