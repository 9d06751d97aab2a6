// What does one message look like?

import { cardElement } from "./cards.js";
import { element, icon, initialsOf, timeElement } from "./elements.js";
import { sourcesElement } from "./sources.js";
import { words } from "./words.js";

const EMERGENCY_NUMBERS = /\b(911|988)\b/g;

export const isSafety = (message) => message.outcome === "emergency" || message.outcome === "crisis";

/** Where another one begins to speak: a coach has come or taken over, or the assistant is back. */
const isTurningPoint = ({ author, topic, outcome }) =>
  author === "assistant" && topic === "coach_handoff" && (outcome === undefined || outcome === "resumed");

function authorOf(message) {
  if (isSafety(message)) return words.authors.safety;
  if (isTurningPoint(message)) return words.authors.system;
  return words.authors[message.author] ?? words.authors.system;
}

/** Who speaks. Only a person has a name and a sign here: the assistant must never look like one. */
function authorParts(message) {
  if (message.author !== "coach" || !message.author_name) return [element("span", { class: "author" }, authorOf(message))];
  return [
    element("span", { class: "avatar", "aria-hidden": "true" }, initialsOf(message.author_name)),
    element("span", { class: "author" }, message.author_name),
    element("span", { class: "person" }, words.authors.person),
  ];
}

function callLinks(text) {
  // In the order of the text: it names first whom to call first.
  const numbers = new Set(text.match(EMERGENCY_NUMBERS));
  if (numbers.size === 0) return null;
  const links = Array.from(numbers, (number) =>
    element("a", { class: "call", href: `tel:${number}` }, icon("phone"), words.call(number)),
  );
  return element("div", { class: "calls" }, ...links);
}

function head(...parts) {
  return element("p", { class: "head" }, ...parts);
}

/** What stands above the text of a message that has to be known at a glance. */
function titleOf(message, safety) {
  if (safety) return element("p", { class: "alarm" }, icon("alert"), authorOf(message));
  if (message.outcome !== "callback_recorded") return null;
  return element("p", { class: "done" }, icon("check"), words.coach.callRecorded);
}

/**
 * A recorded message as a list item. A safety message that has just come (`isNew`) interrupts a screen reader; an old one
 * that a reload shows again doesn't.
 */
export function messageElement(message, { isNew }) {
  const safety = isSafety(message);
  const body = element(
    "div",
    { class: "bubble", role: safety && isNew ? "alert" : null },
    titleOf(message, safety),
    element("p", { class: "text" }, message.text),
    safety ? callLinks(message.text) : null,
  );
  const citations = message.citations ?? [];
  return element(
    "li",
    {
      class: "message",
      // 0 and less: said by the safety gate, but not part of the record.
      "data-seq": message.seq > 0 ? message.seq : null,
      "data-author": message.author,
      "data-outcome": message.outcome,
      "data-safety": safety,
      "data-turning": isTurningPoint(message),
    },
    head(...(safety ? [] : authorParts(message)), timeElement(message.created_at)),
    body,
    ...(message.cards ?? []).map(cardElement),
    citations.length ? sourcesElement(citations) : null,
  );
}

/** What the member has written and the server has not yet confirmed. */
export function pendingElement(entry) {
  return element(
    "li",
    { class: "message", "data-author": "member", "data-entry": entry.client_message_id },
    head(element("span", { class: "author" }, words.authors.member)),
    element("div", { class: "bubble" }, element("p", { class: "text" }, entry.text)),
    element("p", { class: "delivery" }),
  );
}

/** Says under the member's own message how far it is; a refused one gets its button. */
export function showDelivery(item, status, onRetry) {
  if (!item.querySelector(".delivery")) item.append(element("p", { class: "delivery" }));
  item.dataset.status = status;
  // However often it is sent again, it stays late until it is sent.
  if (status === "sent") delete item.dataset.late;
  else if (status !== "sending") item.dataset.late = "";
  const parts = [element("span", {}, words.delivery[status])];
  if (status === "failed") {
    parts.push(element("button", { type: "button", class: "retry", click: onRetry }, words.delivery.retry));
  }
  item.querySelector(".delivery").replaceChildren(...parts);
}

/** Turns a pending message into the recorded one where it stands, so that it is not announced a second time. */
export function confirmPending(item, message) {
  item.dataset.seq = message.seq;
  item.querySelector(".text").textContent = message.text;
  item.querySelector(".head").append(timeElement(message.created_at) ?? "");
}

/** The quick replies of a message as buttons; free text stays possible beside them. */
export function choicesElement(quickReplies, onChoose) {
  const buttons = quickReplies.map((reply) =>
    element("button", { type: "button", class: "choice", click: () => onChoose(reply) }, reply.title),
  );
  return element("div", { class: "choices", role: "group", "aria-label": words.choices }, ...buttons);
}
