// What does a coach see of one conversation, and how does it stay up to date?

import { createActs } from "./acts.js";
import { explainMessage, listMessages, readConversation } from "./api.js";
import { formatPhone } from "./callbacks.js";
import { createComposer } from "./composer.js";
import { byId, languageName, setText, shortCode } from "./elements.js";
import { createHolding } from "./holding.js";
import { createPacket } from "./packet.js";
import { createSending } from "./sending.js";
import { createSide } from "./side.js";
import { createTexts } from "./texts.js";
import { createTranscript } from "./transcript.js";
import { words } from "./words.js";

/**
 * The middle and the right of the desk. `shift` is who works here now: `{me, isOnDuty, line, planName, drafts}`, drafts per
 * conversation, in memory alone. `onOpen(id)` hears what is open, `onChanged()` that the queue is out of date, `onDuty()` a press,
 * `onUnsent(count)` how many messages do not get through.
 */
export function createConversation({ shift, notices, onOpen, onChanged, onDuty, onUnsent }) {
  const versions = new Map();
  let openId = null;
  let view = null;
  let requested = 0;
  let newest = null;

  const transcript = createTranscript({ onSummary: () => packet.focus() });
  const texts = createTexts({ look });
  const packet = createPacket({ shift, onShow: (messageId, seq, from) => transcript.goTo(messageId, seq, from) });
  const side = createSide({
    onDraft: (note) => shift.drafts.keep(openId, { note }),
    onProblem: (problem) => fail(problem),
    onSaved: () => notices.say(words.side.saved),
    onHistory: () => refresh(),
    onToggle: (isOpen) => document.body.classList.toggle("side-open", isOpen),
  });
  const composer = createComposer({
    onInput(message) {
      shift.drafts.keep(openId, { message });
      if (message) shift.line.tellTyping();
    },
    onSend(text) {
      notices.conversation.hide();
      sending.send(openId, text);
    },
  });
  const sending = createSending({
    versionOf: (id) => versions.get(id),
    onChange: (id) => id === openId && view && transcript.showUnsent(sending.entriesOf(id), shift.me.name),
    onSent(id, { message, version }) {
      if (version !== undefined) versions.set(id, version);
      takeMessages(id, [message]);
    },
    onUnsent,
    onRefused(id, text, problem) {
      shift.drafts.putBack(id, text);
      if (id === openId) showHolder();
      fail(problem, id);
    },
  });
  const acts = createActs({
    current: () => view?.conversation,
    myId: () => shift.me.id,
    versions,
    refresh,
    takeMessages,
    fail,
    onChanged,
    notices,
    onClaimStarts: (isBusy) => holding.setBusy(isBusy),
    onClaimed() {
      transcript.goToEnd();
      composer.focus();
    },
  });
  const holding = createHolding({
    onClaim: acts.claim,
    onReturn: () => acts.decide("return"),
    onClose: () => acts.decide("close"),
    onTransfer: acts.transfer,
    onDuty,
  });

  /** Says what went wrong; what is out of date is read anew, and what was typed stays. */
  async function fail(problem, id = openId) {
    if (problem.status === 401) return;
    if (problem.isStale) {
      onChanged();
      if (id === openId) await refresh();
    }
    const taken = problem.coachName ? words.claim.taken(problem.coachName) : words.claim.takenBySomeone;
    notices.conversation.show(problem.code === "ALREADY_CLAIMED" ? taken : (problem.words ?? String(problem)));
  }

  async function open(id) {
    // On a narrow screen this is also the way from the list back to what is open.
    onOpen(id);
    if (id === openId && view) return byId("conversation-title").focus();
    clear();
    openId = id;
    document.body.classList.add("conversation-open");
    byId("nothing-open").hidden = true;
    showOpening(words.loading);
    await load({ isFirst: true });
  }

  function showOpening(text, canRetry = false) {
    const box = byId("opening");
    box.hidden = !text;
    setText(box.querySelector("p"), text ?? "");
    box.querySelector("button").hidden = !canRetry;
  }

  /** Reads the open conversation anew; what was overtaken by a newer question waits for its answer. */
  async function load(options) {
    let awaited = null;
    newest = read(options);
    while (awaited !== newest) {
      awaited = newest;
      await awaited;
    }
  }

  async function read({ isFirst = false } = {}) {
    const id = openId;
    const request = (requested += 1);
    try {
      const answer = await readConversation(id);
      if (id !== openId || request !== requested) return;
      view = answer;
      versions.set(id, answer.conversation.version);
      show(isFirst || byId("open").hidden);
    } catch (problem) {
      if (id !== openId || view || problem.status === 401) return;
      showOpening(problem.status === 404 ? words.conversation.gone : words.conversation.failed, problem.canRetry);
    }
  }

  async function refresh() {
    if (openId) await load();
  }

  function show(isFirst) {
    const { conversation, messages, notes, log } = view;
    showOpening(null);
    byId("open").hidden = false;
    showHead(conversation);
    packet.show(view.packet);
    showMessages(messages, !isFirst);
    transcript.showUnsent(sending.entriesOf(openId), shift.me.name);
    side.show({ id: openId, notes, log, draft: shift.drafts.of(openId).note, isOpened: isFirst });
    const mayWrite = showHolder();
    if (!isFirst) return;
    // With an own conversation one goes on; a new one is read from its summary down.
    if (mayWrite) transcript.goToEnd();
    else transcript.goToStart();
    shift.line.watch(openId, transcript.lastSeq);
    byId("conversation-title").focus({ preventScroll: true });
  }

  function showHead(conversation) {
    const title = byId("conversation-title");
    title.querySelector(".urgent").hidden = conversation.urgency !== "urgent";
    setText(title.querySelector(".what"), words.conversation.title(words.channels[conversation.channel], shortCode(conversation.id)));
    const facts = [
      languageName(conversation.locale),
      shift.planName(conversation.plan_id),
      words.conversation[conversation.verified ? "verified" : "unverified"],
      conversation.phone && words.conversation.phone(formatPhone(conversation.phone)),
    ];
    setText(byId("conversation-about"), facts.filter(Boolean).join(" · "));
  }

  function showHolder() {
    if (!view) return false;
    const { holder, coach, channel, phone, opted_out: isOptedOut } = view.conversation;
    const mayWrite = holding.show({ holder, coach, me: shift.me, isOnDuty: shift.isOnDuty });
    if (mayWrite) composer.show({ channel, isOptedOut, phone: formatPhone(phone ?? ""), draft: shift.drafts.of(openId).message });
    else composer.hide();
    return mayWrite;
  }

  function showMessages(messages, isNew) {
    const id = openId;
    const explain = (messageId) => explainMessage(id, messageId);
    const fresh = transcript.show(messages, { myName: shift.me.name, channel: view.conversation.channel, isNew, explain });
    shift.line.hasShown(transcript.lastSeq);
    texts.note(fresh, transcript.firstOnItsWay !== null);
  }

  function takeMessages(id, messages) {
    if (id === openId && view) showMessages(messages, true);
  }

  /** The server speaks of a version or a holder; others than are shown mean that the picture is old. */
  function noteVersion(id, version, holder) {
    const isOld = (version ?? versions.get(id)) !== versions.get(id) || (holder && holder !== view?.conversation.holder);
    if (id === openId && view) {
      if (isOld) refresh();
    } else if (version !== undefined) {
      versions.set(id, version);
    }
  }

  /** Looks whether the open conversation has gone on: its messages, its texts, its holder. */
  async function look() {
    const id = openId;
    if (!id || !view) return;
    const { messages, version, state, opted_out } = await listMessages(id, (transcript.firstOnItsWay ?? transcript.lastSeq + 1) - 1);
    if (id !== openId || !view) return;
    takeMessages(id, messages);
    if (opted_out !== view.conversation.opted_out) {
      view.conversation.opted_out = opted_out;
      showHolder();
    }
    noteVersion(id, version, state.holder);
  }

  function clear() {
    openId = null;
    view = null;
    requested += 1;
    packet.clear();
    transcript.clear();
    texts.stop();
    side.clear();
    composer.clear();
    notices.conversation.hide();
    showOpening(null);
    byId("open").hidden = true;
    byId("nothing-open").hidden = false;
    document.body.classList.remove("side-open", "conversation-open");
  }

  byId("opening").querySelector("button").addEventListener("click", () => {
    showOpening(words.loading);
    load({ isFirst: true });
  });

  return {
    open,
    showHolder,
    takeMessages,
    noteVersion,
    claim: () => holding.canClaim && acts.claim(),
    focusNotes: () => side.focus(),
    hideNotes: () => side.hide(),
    focusMessage: () => composer.focus(),
    focusSummary: () => view && packet.focus(),
    retrySending: () => sending.retry(),
    showTyping: (id, author) => id === openId && author === "member" && transcript.showTyping(true),
    look,
    /** Takes everything off the screen; what was not sent becomes a draft again. */
    stop() {
      for (const [id, text] of sending.takeBack()) shift.drafts.putBack(id, text);
      versions.clear();
      clear();
    },
  };
}
