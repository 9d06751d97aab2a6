// How do the parts of the page make one conversation, from its opening to its end?

import * as api from "./api.js";
import { createClosing } from "./closing.js";
import { createComposer } from "./composer.js";
import { connect, pauseAfter } from "./connection.js";
import { fillWords } from "./elements.js";
import { createRequests } from "./requests.js";
import { loadSession } from "./session.js";
import { createStarter } from "./starter.js";
import { createHolderPanel, createNotices, sentenceFor } from "./status.js";
import { createTurns } from "./turns.js";
import { createLog } from "./view.js";
import { words } from "./words.js";

const NOT_OPEN = { holder: "assistant", awaiting: null };
const CLOSED = { holder: "closed", awaiting: null };

fillWords(document);

let connection = null;
let lineStatus = "opening";
let state = NOT_OPEN;
let openFailures = 0;

const session = loadSession();
const notices = createNotices();
const log = createLog({ onChoose: (reply) => turns.choose(reply), onRetry: (entryId) => turns.retry(entryId) });
const composer = createComposer({
  onSend: (text) => turns.send(text),
  onRefuse: notices.showProblem,
  onTooLong: (text) => turns.checkTooLong(text),
  onTyping: () => connection?.tellTyping(),
});
const turns = createTurns({
  session,
  log,
  composer,
  notices,
  line: {
    conversation: () => session.conversation,
    isOpen: () => connection !== null,
    isConnected: () => lineStatus === "connected",
    isAssistantNext: () => state.holder !== "coach",
  },
  onState: takeState,
  onOver: takeOver,
  onShown: showStarter,
});
const requests = createRequests({
  current: () => session.conversation,
  notices,
  onBusy: (isBusy) => holderPanel.setBusy(isBusy),
  onPage: takePage,
  onOver: takeOver,
  onSafety: log.showUnrecorded,
});
const holderPanel = createHolderPanel({
  onTalk: () => press(requests.askForCoach),
  onCancel: () => press(requests.leaveCoach),
  onEnd: () => press(requests.end),
});
const closing = createClosing({ onRate: rate, onRestart: restart });
const starter = createStarter({ onChoose: startWithPlan });

// Opening ------------------------------------------------------------------------------------------------------------

/** Takes up this tab's conversation or opens one, with `plan` if the site offers it. */
async function start(plan) {
  log.showTyping("assistant", 15_000);
  try {
    const site = await api.readSite();
    document.getElementById("demo").hidden = !site.demo;
    starter.offer(site.plans);
    if (session.conversation) await resume();
    else await open(site.plans.some(({ id }) => id === plan) ? plan : null);
    openFailures = 0;
    notices.showLine(null);
  } catch (problem) {
    if (!(problem instanceof api.Problem)) throw problem;
    log.showTyping(null);
    if (problem.isOver) takeOver(problem);
    else startLater(problem, plan);
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
    setTimeout(resolve, pauseAfter(openFailures));
    addEventListener("online", resolve, { once: true });
  });
  openFailures += 1;
  start(plan);
}

async function open(plan) {
  begin(await api.openConversation(plan), plan);
}

function begin(opened, plan) {
  session.begin({ id: opened.conversation_id, token: opened.token, seq: 0, plan });
  follow(opened.messages, opened.state);
}

async function resume() {
  const page = await api.listMessages(session.conversation, 0);
  follow(page.messages, page.state);
}

/** Shows what is there, quietly what this tab has shown before a reload, and keeps it up to date. */
function follow(messages, newState) {
  const { seq: shownBefore } = session.conversation;
  const history = messages.filter((message) => message.seq <= shownBefore);
  const seq = Math.max(shownBefore, ...messages.map((message) => message.seq));
  log.show(history, { isNew: false });
  log.show(messages.slice(history.length));
  session.rememberSeq(seq);
  connection = connect({ ...session.conversation, seq }, {
    messages: turns.take,
    state: takeState,
    typing: (author) => log.showTyping(author),
    status: takeLineStatus,
    over: takeOver,
  });
  lineStatus = "connected";
  turns.restore();
  takeState(newState);
  turns.sendWaiting();
}

function leave() {
  connection?.stop();
  connection = null;
  lineStatus = "opening";
  session.forget();
  notices.clearProblem();
  log.clear();
}

async function restart() {
  const plan = session.conversation?.plan;
  leave();
  closing.hide();
  composer.hide(false);
  composer.focus();
  takeState(NOT_OPEN);
  await start(plan);
}

/** Nothing has been said yet, so the conversation is simply begun again with the plan. */
function startWithPlan(plan) {
  return requests.attempt(async (untouched) => {
    const opened = await api.openConversation(plan);
    // The member may have written meanwhile: what was said stays where it was said.
    const isTooLate = log.hasMemberMessage();
    const empty = isTooLate ? { id: opened.conversation_id, token: opened.token } : untouched;
    if (!isTooLate) {
      leave();
      begin(opened, plan);
    }
    // An empty conversation that can't be closed expires by itself.
    await api.closeConversation(empty).catch(() => null);
  });
}

// What the server tells ----------------------------------------------------------------------------------------------

function takeState(newState) {
  state = newState;
  const isClosed = state.holder === "closed";
  log.offerChoices(!isClosed && state.holder !== "coach");
  composer.expect(state.awaiting);
  if (isClosed && !closing.isShown()) showClosing();
  holderPanel.show(state);
  showStarter();
}

/** A button of the page was pressed: its answer is to be seen wherever the member was reading. */
function press(request) {
  log.goToEnd();
  return request();
}

function takePage(page) {
  log.show(page.messages ?? []);
  takeState(page.state);
}

function takeLineStatus(status) {
  const wasDown = lineStatus !== "connected";
  lineStatus = status;
  notices.showLine(status === "connected" ? null : words.connection[status]);
  if (wasDown && status === "connected") turns.sendWaiting();
}

function showStarter() {
  starter.show(state.holder === "assistant" && !log.hasMemberMessage(), session.conversation?.plan);
}

// Ending -------------------------------------------------------------------------------------------------------------

/** The conversation is closed, or the server knows it no longer: it stays readable, and a new one is offered. */
function takeOver(problem) {
  notices.showProblem(sentenceFor(problem));
  notices.showLine(null);
  if (problem.status === 404) {
    connection?.stop();
    session.rememberEnd();
  }
  takeState(CLOSED);
}

function showClosing() {
  const focused = document.activeElement;
  const takeFocus = focused === document.body || Boolean(focused.closest("#composer, header"));
  turns.putBack();
  composer.hide(true);
  closing.show({ canRate: !session.isEnded, isRated: session.isRated, isKept: !composer.isEmpty(), takeFocus });
}

async function rate(score, comment) {
  const sentence = await requests.rate(score, comment);
  if (!sentence) session.rememberRating();
  return sentence;
}

start(new URLSearchParams(location.search).get("plan"));
