// How do messages stand in the conversation: in order, each once, announced, found again from the packet?

import { byId } from "./elements.js";
import { messageElement, showDelivery, unsentElement } from "./message.js";
import { words } from "./words.js";

const TYPING_MS = 6_000;
// How it ended with a text; every other state may still change.
const ARRIVED_OR_NOT = new Set(["delivered", "undelivered", "failed", "suppressed"]);

/** The transcript of the open conversation; `onSummary()` leads back to the packet. */
export function createTranscript({ onSummary }) {
  const scroller = byId("scroll");
  const live = byId("live");
  const list = byId("messages");
  const unsent = byId("unsent");
  const end = byId("scroll-end");
  const typing = byId("typing");
  const newMessage = byId("new-message");
  const shown = new Map();
  let atEnd = false;
  let origin = null;
  let liveTimer = 0;
  let typingTimer = 0;

  new IntersectionObserver(([entry]) => {
    atEnd = entry.isIntersecting;
    if (atEnd) newMessage.hidden = true;
  }, { root: scroller, rootMargin: "0px 0px 96px 0px" }).observe(end);

  // What appears below takes room from the conversation: the last words stay in sight.
  new ResizeObserver(() => {
    if (atEnd) goToEnd();
  }).observe(scroller);

  newMessage.addEventListener("click", () => {
    goToEnd();
    list.lastElementChild?.focus({ preventScroll: true });
  });
  byId("to-summary").addEventListener("click", goBack);
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest(".message")) goBack();
  });

  function goBack() {
    if (origin?.isConnected) {
      byId("packet").scrollIntoView({ block: "start" });
      origin.focus();
    } else {
      onSummary();
    }
    origin = null;
  }

  function goToEnd() {
    end.scrollIntoView({ block: "end" });
    atEnd = true;
    newMessage.hidden = true;
  }

  /** A transcript that is opened is not read out; what comes afterwards is. */
  function announce(isOn) {
    clearTimeout(liveTimer);
    live.setAttribute("aria-live", isOn ? "polite" : "off");
    if (!isOn) liveTimer = setTimeout(() => announce(true), 500);
  }

  function place(item, seq) {
    const next = [...list.children].find((other) => Number(other.dataset.seq) > seq);
    list.insertBefore(item, next ?? null);
  }

  /** Only some answers know of deliveries: the others take back nothing. */
  function noteDeliveries(messages) {
    const known = messages.filter(({ seq, delivery }) => delivery && shown.has(seq) && shown.get(seq).delivery !== delivery);
    for (const message of known) {
      shown.set(message.seq, { ...shown.get(message.seq), delivery: message.delivery });
      showDelivery(byId(`message-${message.seq}`), message);
    }
    if (known.length && atEnd) goToEnd();
  }

  return {
    /** Shows messages, each once, and gives the new ones back; `isNew` are read out and scrolled to if the end was in sight. */
    show(messages, { myName, channel, isNew, explain }) {
      const fresh = messages.filter((message) => message.seq > 0 && !shown.has(message.seq));
      noteDeliveries(messages);
      if (fresh.length === 0) return fresh;
      const wasAtEnd = atEnd;
      const isOthers = fresh.some((message) => message.author_name !== myName || message.author !== "coach");
      announce(isNew && isOthers);
      for (const message of fresh) {
        shown.set(message.seq, message);
        place(messageElement(message, { myName, channel, explain }), message.seq);
        if (message.author === "member") showTyping(false);
      }
      if (isNew && (wasAtEnd || !isOthers)) goToEnd();
      else if (isNew) newMessage.hidden = false;
      return fresh;
    },
    /** Shows what is still on its way. */
    showUnsent(entries, myName) {
      const wasAtEnd = atEnd || entries.length > unsent.children.length;
      unsent.replaceChildren(...entries.map((entry) => unsentElement(entry, myName)));
      if (wasAtEnd && entries.length) goToEnd();
    },
    /** Leads to a message, marks it and gives it the focus; Escape leads back to `from`. */
    goTo(messageId, seq, from) {
      const message = [...shown.values()].find((one) => one.id === messageId) ?? shown.get(seq);
      const item = message && byId(`message-${message.seq}`);
      if (!item) return;
      origin = from;
      for (const other of list.querySelectorAll(".found")) other.classList.remove("found");
      item.classList.add("found");
      item.scrollIntoView({ block: "center" });
      item.focus({ preventScroll: true });
    },
    showTyping,
    goToEnd,
    goToStart() {
      scroller.scrollTop = 0;
      atEnd = scroller.scrollHeight <= scroller.clientHeight;
    },
    /** The seq of the oldest text of ours of which nobody knows yet how it ends; null when there is none. */
    get firstOnItsWay() {
      const isOnItsWay = ({ author, channel, delivery }) => author !== "member" && channel === "sms" && !ARRIVED_OR_NOT.has(delivery);
      const seqs = [...shown.values()].filter(isOnItsWay).map(({ seq }) => seq);
      return seqs.length ? Math.min(...seqs) : null;
    },
    get lastSeq() {
      return Math.max(0, ...shown.keys());
    },
    clear() {
      shown.clear();
      origin = null;
      list.replaceChildren();
      unsent.replaceChildren();
      newMessage.hidden = true;
      showTyping(false);
    },
  };

  function showTyping(isTyping) {
    clearTimeout(typingTimer);
    const text = isTyping ? words.transcript.typing : "";
    if (typing.textContent !== text) typing.textContent = text;
    if (isTyping) typingTimer = setTimeout(() => showTyping(false), TYPING_MS);
  }
}
