// How do the parts of the desk work together during one coach's shift?

import * as api from "./api.js";
import { createArrivals } from "./arrivals.js";
import { createCallbacks } from "./callbacks.js";
import { tick } from "./clock.js";
import { createConversation } from "./conversation.js";
import { askCallback, showHelp } from "./decisions.js";
import { createDuty } from "./duty.js";
import { byId, setText } from "./elements.js";
import { listenToKeys } from "./keys.js";
import { openLine } from "./line.js";
import { createNotices } from "./notices.js";
import { createQueue } from "./queue.js";
import { createSound } from "./sound.js";
import { createStanding } from "./standing.js";
import { createTabs } from "./tabs.js";
import { words } from "./words.js";
import { callbacks as callbackWords } from "./words_dialogs.js";

/** The desk, made once; `start(shift)` fills it for a coach and `stop()` empties it. */
export function createDesk() {
  // Filled anew for every coach, so that the parts can be made once and know who works here now.
  const shift = {};
  const notices = createNotices();
  let items = [];
  let callbacksOpen = 0;
  let dropKeys = () => {};
  let clock = 0;
  let queueAsked = 0;

  const tabs = createTabs(["tab-queue", "tab-callbacks"], (id) => id === "tab-callbacks" && loadCallbacks());
  const held = () => items.filter((item) => item.holder === "coach" && item.coach?.id === shift.me?.id);
  const duty = createDuty({
    shift,
    notices,
    holdsAny: () => held().length > 0,
    onChange: () => conversation.showHolder(),
  });
  const conversation = createConversation({
    shift,
    notices,
    onOpen: (id) => {
      queue.setOpen(id);
      showListIsOpen(false);
    },
    onChanged: () => loadQueue().catch(() => {}),
    onDuty: duty.turnOn,
    onUnsent: (count) => standing.setUnsent(count),
  });
  const standing = createStanding({
    onBack() {
      notices.say(words.line.back);
      conversation.retrySending();
    },
  });
  const queue = createQueue({ shift, onOpen: conversation.open });
  const arrivals = createArrivals({ notices, sound: createSound(), onUrgent: (id) => id && conversation.open(id) });
  const callbacks = createCallbacks({
    shift,
    onOpen: conversation.open,
    onReload: loadCallbacks,
    async onTake(callback) {
      try {
        await api.takeCallback(callback.id, callback.version);
      } catch (problem) {
        notices.desk.show(problem.status === 409 ? callbackWords.taken : problem.words);
      }
      await loadCallbacks();
    },
    async onFinish(callback, isReached) {
      const isDone = await askCallback(isReached, (note) => api.finishCallback(callback.id, callback.version, isReached, note));
      if (isDone) notices.say(callbackWords.saved);
      await loadCallbacks();
      if (isDone) byId("tab-callbacks").focus();
    },
  });

  /** On a narrow screen the list and the private notes share one place. */
  function showListIsOpen(isOpen) {
    document.body.classList.toggle("list-open", isOpen);
    if (!isOpen) return;
    conversation.hideNotes();
    byId("list").focus();
  }

  async function loadQueue() {
    const request = (queueAsked += 1);
    const answer = await api.readQueue();
    if (!shift.me || request !== queueAsked) return;
    items = answer.items;
    queue.show(items);
    arrivals.take(items);
    duty.showOthers(answer.on_duty ?? []);
    for (const item of items) conversation.noteVersion(item.conversation_id, item.version, item.holder);
    const count = byId("tab-callbacks").querySelector(".count");
    count.hidden = !answer.callbacks_open;
    count.textContent = String(answer.callbacks_open ?? 0);
    const isMore = answer.callbacks_open > callbacksOpen && callbacksOpen >= 0;
    if (isMore && document.body.dataset.ready) notices.say(callbackWords.arrived);
    callbacksOpen = answer.callbacks_open ?? 0;
    if (!document.body.dataset.ready) {
      document.body.dataset.ready = "yes";
      // After a reload the coach goes on where a member is waiting for words.
      if (held().length) conversation.open(held()[0].conversation_id);
    }
    if (tabs.isOpen("tab-callbacks")) await loadCallbacks();
  }

  async function loadCallbacks() {
    callbacks.showLoading();
    try {
      const { callbacks: list } = await api.listCallbacks();
      if (shift.me) callbacks.show(list);
    } catch (problem) {
      if (shift.me && problem.status !== 401) callbacks.showProblem();
    }
  }

  function showMe(name, role) {
    const [first, second] = byId("me").children;
    setText(first, name);
    setText(second, role);
  }

  byId("help").addEventListener("click", showHelp);
  byId("show-list").addEventListener("click", () => showListIsOpen(true));

  const desk = {
    onSignedOut() {},
    heldCount: () => held().length,
    takeDuty: duty.take,
    takeBeat: standing.setKept,
    showProblem: (problem) => notices.desk.show(problem.words),

    start(newShift) {
      Object.assign(shift, newShift);
      callbacksOpen = -1;
      showMe(shift.me.name, ` · ${words.header.role[shift.me.role] ?? shift.me.role}`);
      tabs.open("tab-queue");
      duty.show();
      showListIsOpen(false);
      shift.line = openLine({
        queue: () => loadQueue().catch(() => {}),
        message: (id, message) => conversation.takeMessages(id, [message]),
        state: (id, state, version) => conversation.noteVersion(id, version, state?.holder),
        typing: conversation.showTyping,
        signedOut: () => desk.onSignedOut(),
        status: standing.setLine,
        poll: () => Promise.all([loadQueue(), conversation.look()]),
      });
      clock = setInterval(tick, 1_000);
      dropKeys = listenToKeys(
        {
          C: conversation.claim,
          M: conversation.focusMessage,
          N: conversation.focusNotes,
          S: conversation.focusSummary,
          Q: () => {
            tabs.open("tab-queue");
            showListIsOpen(true);
            queue.focus();
          },
          K: showHelp,
        },
        (place) => {
          const id = queue.idAt(place);
          if (id) conversation.open(id);
        },
      );
    },

    stop() {
      clearInterval(clock);
      dropKeys();
      shift.line.stop();
      conversation.stop();
      standing.clear();
      items = [];
      queue.clear();
      callbacks.clear();
      arrivals.clear();
      notices.desk.hide();
      delete document.body.dataset.ready;
      showMe("", "");
      for (const key of Object.keys(shift)) delete shift[key];
    },
  };
  return desk;
}
