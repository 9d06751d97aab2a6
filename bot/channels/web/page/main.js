// How do the parts of the page make one conversation, from its opening to its end?

import * as api from "./api.js";
import { countUnseen } from "./attention.js";
import { createClosing } from "./closing.js";
import { createComposer } from "./composer.js";
import { connect } from "./connection.js";
import { fillWords } from "./elements.js";
import { createHolderPanel } from "./holder.js";
import { createAsideStrip, createLinkPanel, takeLink, whenSeen } from "./link.js";
import { createOpening } from "./opening.js";
import { createRequests } from "./requests.js";
import { loadSession } from "./session.js";
import { createStarter } from "./starter.js";
import { createNotices, sentenceFor } from "./status.js";
import { createTurns } from "./turns.js";
import { createLog } from "./view.js";
import { words } from "./words.js";

const NOT_OPEN = { holder: "assistant", awaiting: null };
const CLOSED = { holder: "closed", awaiting: null };
// A link that opens nothing: there is no conversation, and none is begun unasked.
const NO_CHAT = { holder: "none", awaiting: null };

fillWords(document);

let connection = null;
let lineStatus = "opening";
let state = NOT_OPEN;
const plan = new URLSearchParams(location.search).get("plan");

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
    lose: () => (connection ? connection.lose() : opening.hurry()),
  },
  onState: takeAnswerState,
  onOver: takeOver,
  onShown: showAround,
});
const requests = createRequests({
  current: () => session.conversation,
  whenOpen: () => opening.whenOpen(),
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
  onTimes: () => log.goToTimes(),
});
const closing = createClosing({ onRate: rate, onRestart: restart });
const starter = createStarter({ onChoose: startWithPlan });
const linkPanel = createLinkPanel({ onLeave: leaveLink });
const aside = createAsideStrip({ onSwap: swapChats, onDrop: session.dropAside });
const opening = createOpening({ session, log, notices, starter, onOpened: follow, onOver: takeOver, onLinkGone: refuseLink });

// Opening ------------------------------------------------------------------------------------------------------------

/** Shows what is there, quietly what this tab has shown before a reload, and keeps it up to date. */
function follow(messages, newState) {
  const { seq: shownBefore } = session.conversation;
  const history = messages.filter((message) => message.seq <= shownBefore);
  const seq = Math.max(shownBefore, ...messages.map((message) => message.seq));
  log.show(history, { isNew: false });
  log.show(messages.slice(history.length));
  session.rememberSeq(seq);
  connection = connect({ ...session.conversation, seq }, {
    messages: takeMessages,
    state: takeState,
    typing: showTyping,
    status: takeLineStatus,
    over: takeOver,
  });
  lineStatus = "connected";
  aside.show(session.hasAside);
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
  const samePlan = session.conversation?.plan;
  leave();
  closing.hide();
  composer.hide(false);
  composer.focus();
  takeState(NOT_OPEN);
  await opening.start(samePlan);
}

function refuseLink() {
  composer.hide(true);
  takeState(NO_CHAT);
  linkPanel.show({ hasChat: session.conversation !== null });
}

/** From a link that opens nothing to the chat that this tab has, or to a new one. */
async function leaveLink() {
  session.forgetLink();
  composer.hide(false);
  composer.focus();
  takeState(NOT_OPEN);
  await opening.start(plan);
}

function swapChats() {
  session.swap();
  // Every part of the page belongs to one conversation; a fresh page begins with the other one.
  location.reload();
}

/** Nothing has been said yet, so the conversation is simply begun again with the plan. */
function startWithPlan(chosen) {
  return requests.attempt(async (untouched) => {
    const opened = await api.openConversation(chosen);
    // The member may have written meanwhile: what was said stays where it was said.
    const isTooLate = log.hasMemberMessage();
    const empty = isTooLate ? { id: opened.conversation_id, token: opened.token } : untouched;
    if (!isTooLate) {
      leave();
      opening.begin(opened, chosen);
    }
    // An empty conversation that can't be closed expires by itself.
    await api.closeConversation(empty).catch(() => null);
  });
}

// What the server tells ----------------------------------------------------------------------------------------------

function takeState(newState) {
  state = newState;
  const isClosed = state.holder === "closed";
  if (state.holder !== "coach") log.hideTyping("coach");
  log.offerChoices(!isClosed && state.holder !== "coach", state.awaiting?.field === "callback_window");
  composer.expect(state);
  if (isClosed && !closing.isShown()) showClosing();
  holderPanel.show(state);
  showAround();
}

/** What an answer says of the holder may be old by now (a coach has come meanwhile): then the server is asked. */
function takeAnswerState(newState) {
  const isDown = lineStatus !== "connected";
  if (newState.holder === state.holder || isDown) takeState(newState);
  // Something got through: what waits for the line need not wait for the next look.
  if (newState.holder !== state.holder || isDown) connection.check();
}

function takeMessages(messages) {
  turns.take(messages);
  countUnseen(messages);
}

function showTyping(author) {
  // A frame that was on its way when the coach left says nothing any more.
  if (author !== "coach" || state.holder === "coach") log.showTyping(author, undefined, state.coach?.name);
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

function showAround() {
  holderPanel.offerTimes(log.hasTimesAbove());
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
  const takeFocus = focused === document.body || Boolean(focused.closest("#composer, header, .strip"));
  turns.putBack();
  composer.hide(true);
  closing.show({ canRate: !session.isEnded, isRated: session.isRated, isKept: !composer.isEmpty(), takeFocus });
}

async function rate(score, comment) {
  const sentence = await requests.rate(score, comment);
  if (!sentence) session.rememberRating();
  return sentence;
}

addEventListener("hashchange", () => {
  // A link that is pasted into this very tab loads no page.
  if (takeLink(session)) location.reload();
});
takeLink(session);
await whenSeen();
// What is unsent belongs to this tab's chat, not to the one that a link opens.
if (session.link === null) turns.restore();
opening.start(plan);
