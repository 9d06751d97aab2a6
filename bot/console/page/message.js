// What does one message look like to a coach? Who wrote it is said in words, by its place and by its look.

import { asWords, element, formatDay, icon, outsideLink, timeElement } from "./elements.js";
import { whyElement } from "./why.js";
import { words } from "./words.js";

const text = words.transcript;
const DELIVERY_TROUBLE = new Set(["undelivered", "failed", "suppressed"]);

export const isSafety = (message) => message.outcome === "emergency" || message.outcome === "crisis";

function authorOf(message, myName) {
  if (message.author === "coach") {
    const name = message.author_name ?? text.authors.coach;
    return name === myName ? `${text.authors.you} (${name})` : name;
  }
  if (message.author === "system" && !isSafety(message)) return text.authors.notice;
  return text.authors[message.author] ?? text.authors.notice;
}

function citationItem(citation) {
  const title = [citation.document, citation.number && `(${citation.number})`].filter(Boolean).join(" ");
  const day = citation.effective_on
    ? text.effective(formatDay(citation.effective_on))
    : citation.read_on && text.read(formatDay(citation.read_on));
  const details = [citation.payer, citation.section, day].filter(Boolean).join(" · ");
  return element("li", {}, outsideLink(citation.url, title), details && ` · ${details}`);
}

function citationsElement(citations) {
  if (!citations?.length) return null;
  return element("div", { class: "cites" }, element("span", {}, text.sources), element("ul", {}, ...citations.map(citationItem)));
}

const plain = (value) => (Array.isArray(value) ? value.map(plain).join(", ") : typeof value === "string" ? asWords(value) : String(value ?? ""));

/** What the member saw as a card, in two lines: a coach needs to know which one, not to use it. */
function cardElement(card) {
  const title = card.name ?? card.title ?? asWords(card.kind);
  const given = Array.isArray(card.lines) ? card.lines.map((line) => `${line.label}: ${plain(line.value)}`) : [];
  const facility = [card.address, card.phone].filter(Boolean);
  const details = [...facility, ...given].join(" · ");
  return element("p", { class: "card" }, element("strong", {}, title), details && element("span", {}, details));
}

function offeredElement(replies) {
  if (!replies?.length) return null;
  return element("p", { class: "offered" }, `${text.offered} `, replies.map((reply) => reply.title).join(" · "));
}

function deliveryElement({ delivery }) {
  if (!Object.hasOwn(text.delivery, delivery ?? "")) return null;
  const isTrouble = DELIVERY_TROUBLE.has(delivery);
  // That a text gets on as it should is for the eyes alone; the rest is read out, too.
  return element("p", { class: "delivery", "data-trouble": isTrouble, "aria-live": isTrouble ? null : "off" }, text.delivery[delivery]);
}

/** A text of ours has got further, or nowhere: says so under it. */
export function showDelivery(item, message) {
  item.querySelector(".delivery")?.remove();
  item.append(...[deliveryElement(message)].filter(Boolean));
}

function head(author, kind, ...rest) {
  return element("p", { class: "head" }, icon(kind), element("span", { class: "author" }, author), ...rest);
}

const KINDS = { member: "person", assistant: "assistant", coach: "coach", system: "alert" };

/** A recorded message as a list item that can take the focus; `onReturn` leads back to where the coach came from. */
export function messageElement(message, { myName, channel, explain }) {
  const isOtherWay = message.channel && message.channel !== channel;
  return element(
    "li",
    {
      class: "message",
      id: `message-${message.seq}`,
      tabindex: "-1",
      "data-seq": message.seq,
      "data-author": message.author,
      "data-safety": isSafety(message),
    },
    head(
      authorOf(message, myName),
      message.author === "system" && !isSafety(message) ? "assistant" : (KINDS[message.author] ?? "assistant"),
      timeElement(message.created_at),
      isOtherWay && element("span", {}, message.channel === "sms" ? text.bySms : text.byWeb),
    ),
    element("div", { class: "bubble" }, element("p", { class: "text" }, message.text), ...(message.cards ?? []).map(cardElement)),
    citationsElement(message.citations),
    offeredElement(message.quick_replies),
    (message.author === "assistant" || message.author === "system") && explain && whyElement(() => explain(message.id)),
    deliveryElement(message),
  );
}

/** What the coach has written and the server has not yet confirmed. */
export function unsentElement(entry, myName) {
  return element(
    "li",
    { class: "message unsent", "data-author": "coach", "data-entry": entry.clientMessageId },
    head(`${text.authors.you} (${myName})`, "coach"),
    element("div", { class: "bubble" }, element("p", { class: "text" }, entry.text)),
    element("p", { class: "delivery" }, entry.status === "sending" && !entry.isLate ? text.sending : text.unsent),
  );
}
