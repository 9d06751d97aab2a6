// How do messages stand in the log: in order, each once, announced and scrolled to?

import { choicesElement, confirmPending, messageElement, pendingElement, showDelivery } from "./message.js";
import { startWaiting } from "./patience.js";
import { words } from "./words.js";

/**
 * The log of one conversation. `onChoose(reply)` gets a pressed quick reply, `onRetry(entryId)` a pressed "Try again".
 * Recorded messages stand in the order of their seq, whatever order they arrive in; unsent ones stand last.
 */
export function createLog({ onChoose, onRetry }) {
  const scroller = document.getElementById("log");
  const live = document.getElementById("live");
  const list = document.getElementById("messages");
  const end = document.getElementById("log-end");
  const typing = document.getElementById("typing");
  const newMessage = document.getElementById("new-message");
  const shown = new Map();
  // The list items of the member's messages that this page knows by the id it gave them.
  const own = new Map();
  let offersChoices = true;
  let awaitsTime = false;
  let atEnd = true;
  let typingAuthor = null;
  let typingTimer = 0;
  let liveTimer = 0;

  new IntersectionObserver(([entry]) => {
    atEnd = entry.isIntersecting;
    if (atEnd) newMessage.hidden = true;
  }).observe(document.getElementById("log-near"));

  // What appears below the log takes room from it: the last words stay in sight. (In a low window the page scrolls, not the log.)
  new ResizeObserver(() => {
    if (atEnd && scroller.scrollHeight > scroller.clientHeight) end.scrollIntoView({ block: "end" });
  }).observe(scroller);

  newMessage.addEventListener("click", () => {
    end.scrollIntoView({ block: "end" });
    scroller.focus({ preventScroll: true });
  });

  /** A reloaded history and the member's own words are not read out; what comes from the other side is. */
  function announce(isOn) {
    clearTimeout(liveTimer);
    live.setAttribute("aria-live", isOn ? "polite" : "off");
    if (!isOn) liveTimer = setTimeout(() => announce(true), 500);
  }

  function place(item, seq) {
    const next = [...list.children].find((other) => !other.dataset.seq || Number(other.dataset.seq) > seq);
    list.insertBefore(item, next ?? null);
  }

  const hasUnsent = () => [...own.values()].some((item) => item.isConnected && !item.dataset.seq);

  /** Quick replies stand only under the assistant's latest message, and only until the member has answered. */
  function refreshChoices() {
    const items = new Map(findOffers().map((message) => [itemOf(message), message]));
    for (const old of list.querySelectorAll(".choices")) {
      // Buttons that stay are not made anew: one of them may have the focus.
      if (!items.delete(old.parentElement)) old.remove();
    }
    for (const [item, message] of items) item.append(choicesElement(message.quick_replies, choose));
  }

  const itemOf = (message) => list.querySelector(`[data-seq="${message.seq}"]`);

  const newest = (fits) => [...shown.values()].filter(fits).reduce((last, each) => (last && last.seq > each.seq ? last : each), null);

  const hasOffer = (message) => message?.author === "assistant" && message.quick_replies?.length > 0;

  /** The times for a call can be chosen as long as they are asked for, whatever else is talked about meanwhile. */
  const findTimes = () => (awaitsTime ? newest((message) => hasOffer(message) && message.topic === "coach_handoff") : null);

  const findLatest = () => newest(({ author }) => author === "assistant" || author === "member");

  function findOffers() {
    if (!offersChoices) return [];
    // The times stay while a question is sent: taken away and put back, they would push the answer out of sight.
    return [...new Set([hasUnsent() ? null : findLatest(), findTimes()])].filter(hasOffer);
  }

  function choose(reply) {
    awaitsTime = false;
    onChoose(reply);
  }

  function goToEnd() {
    end.scrollIntoView({ block: "end" });
    atEnd = true;
    newMessage.hidden = true;
  }

  function reveal(item) {
    if (atEnd) {
      // A long answer is read from its first line, so the end may now be out of sight.
      item.scrollIntoView({ block: "start" });
      atEnd = scroller.scrollHeight - item.offsetTop < Math.min(scroller.clientHeight, innerHeight);
    } else {
      newMessage.hidden = false;
    }
  }

  function show(messages, { isNew = true } = {}) {
    announce(isNew);
    let first = null;
    for (const message of messages) {
      if (message.seq < 1) {
        showUnrecorded(message);
        continue;
      }
      if (shown.has(message.seq)) continue;
      const item = own.get(message.client_message_id);
      if (item) {
        confirm(item, message);
        continue;
      }
      const added = add(message, isNew);
      if (message.author !== "member") first ??= added;
    }
    if (first) showTyping(null);
    refreshChoices();
    if (isNew && first) reveal(first);
    if (!isNew) goToEnd();
  }

  function add(message, isNew) {
    const item = messageElement(message, { isNew });
    dropUnrecorded(message.outcome);
    shown.set(message.seq, message);
    if (message.client_message_id) own.set(message.client_message_id, item);
    place(item, message.seq);
    return item;
  }

  /** Shows how far an own message is: a new one is added, one that the record has already is only marked as refused. */
  function showEntry(entry) {
    let item = own.get(entry.client_message_id);
    if (!item) {
      item = pendingElement(entry);
      own.set(entry.client_message_id, item);
      announce(false);
      list.append(item);
      goToEnd();
    }
    const isSettled = item.dataset.seq && item.dataset.status !== "failed" && entry.status !== "failed";
    if (!isSettled) {
      showDelivery(item, entry.status, () => onRetry(entry.client_message_id));
    }
    refreshChoices();
  }

  /** The record has this message now. A copy that came another way stays, and the pending one goes. */
  function confirm(item, message) {
    if (!item.dataset.seq && shown.has(message.seq)) {
      item.remove();
      return;
    }
    if (!item.dataset.seq) {
      shown.set(message.seq, message);
      confirmPending(item, message);
      const before = item.previousElementSibling;
      const isInPlace = !before || Number(before.dataset.seq) < message.seq;
      if (!isInPlace) place(item, message.seq);
    }
    // Only the latest message says that it was sent.
    for (const older of list.querySelectorAll('[data-status="sent"] .delivery')) older.replaceChildren();
    showDelivery(item, "sent");
    if (atEnd) end.scrollIntoView({ block: "end" });
  }

  /** The answer to an own message has come. */
  function showTurn(entry, turn) {
    const item = own.get(entry.client_message_id);
    if (item) confirm(item, turn.message);
    show([turn.message, ...turn.replies]);
  }

  /** Takes an unsent message away; says false, and leaves it, when the record has it after all. */
  function removeEntry(entry) {
    const item = own.get(entry.client_message_id);
    if (!item || item.dataset.seq) return false;
    own.delete(entry.client_message_id);
    item.remove();
    refreshChoices();
    return true;
  }

  /** A safety message that the record could not take is shown all the same, after everything else. */
  function showUnrecorded(message) {
    dropUnrecorded(message.outcome);
    list.append(messageElement(message, { isNew: true }));
    goToEnd();
  }

  function dropUnrecorded(outcome) {
    for (const item of list.querySelectorAll("[data-safety]:not([data-seq])")) {
      if (item.dataset.outcome === outcome) item.remove();
    }
  }

  /** Shows who is writing (a coach by name); without more news it fades after some seconds. */
  function showTyping(author, forMs = 6_000, name = null) {
    clearTimeout(typingTimer);
    typingAuthor = author;
    typing.hidden = !author;
    if (!author) return;
    typing.dataset.author = author;
    typing.querySelector(".text").textContent = words.typing[author]?.(name) ?? words.typing.assistant();
    if (atEnd) end.scrollIntoView({ block: "end" });
    typingTimer = setTimeout(() => showTyping(null), forMs);
  }

  return {
    show,
    showEntry,
    showTurn,
    showUnrecorded,
    removeEntry,
    startWaiting: (entry) => startWaiting(own.get(entry.client_message_id)),
    showTyping,
    /** This author does not write any more; another one may. */
    hideTyping(author) {
      if (typingAuthor === author) showTyping(null);
    },
    goToEnd,
    /** Buttons of the assistant make sense only while it may answer; `awaits` says that a time for a call is asked. */
    offerChoices(offers, awaits) {
      offersChoices = offers;
      awaitsTime = awaits;
      refreshChoices();
    },
    /** Whether the times for a call stand further up than the last words. */
    hasTimesAbove: () => offersChoices && findTimes() !== null && findTimes() !== findLatest(),
    goToTimes() {
      const item = itemOf(findTimes());
      item.scrollIntoView({ block: "start" });
      item.querySelector(".choices button").focus({ preventScroll: true });
    },
    hasMemberMessage: () => hasUnsent() || [...shown.values()].some((message) => message.author === "member"),
    focus: () => scroller.focus({ preventScroll: true }),
    clear() {
      shown.clear();
      own.clear();
      showTyping(null);
      list.replaceChildren();
    },
  };
}
