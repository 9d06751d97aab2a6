// How does a conversation begin here: by a link from a text, by what this tab remembers, or anew?

import * as api from "./api.js";
import { pauseAfter } from "./connection.js";
import { sentenceFor } from "./status.js";
import { words } from "./words.js";

// A link that the server can't read (cut off by a copy) works no better than one that it doesn't know.
const LINK_IS_GONE = new Set([404, 422]);

/**
 * `onOpened(messages, state)` gets the conversation that the session now has, `onOver(problem)` hears that the server
 * does not know it any more, `onLinkGone()` that a link opens nothing. A failed opening is tried again, or offered.
 */
export function createOpening({ session, log, notices, starter, onOpened, onOver, onLinkGone }) {
  let failures = 0;

  /** Follows the link, takes up this tab's conversation, or opens one with `plan` if the site offers it. */
  async function start(plan) {
    log.showTyping(session.link === null ? "assistant" : "link", 15_000);
    try {
      const site = await api.readSite();
      document.getElementById("demo").hidden = !site.demo;
      starter.offer(site.plans);
      if (session.link !== null) await join(session.link);
      else if (session.conversation) await resume();
      else await open(site.plans.some(({ id }) => id === plan) ? plan : null);
      failures = 0;
      notices.showLine(null);
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

  async function startLater(problem, plan) {
    if (!problem.isUnreachable) {
      const run = () => {
        notices.clearProblem();
        start(plan);
      };
      notices.showProblem(sentenceFor(problem), { label: words.tryAgain, run });
      return;
    }
    notices.showLine(navigator.onLine ? words.connection.unreachable : words.connection.offline);
    await new Promise((resolve) => {
      setTimeout(resolve, pauseAfter(failures));
      addEventListener("online", resolve, { once: true });
    });
    failures += 1;
    start(plan);
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

  return { start, begin };
}
