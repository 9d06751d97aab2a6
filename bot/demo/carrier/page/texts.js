// How are the texts of a conversation shown, and brought up to date?

import { element, icon, linked } from "./elements.js";

const TIME = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric" });
const TICKS = {
  pending: { symbol: "one-tick", label: "On its way to the plan" },
  taken: { symbol: "two-ticks", label: "The plan has it" },
  refused: { symbol: "alert", label: "The plan did not take it" },
};

const list = document.getElementById("texts");
const live = document.getElementById("live");
const log = document.getElementById("log");

/** Shows these texts of the plan. Those that stand already are kept and brought up to date, not said anew. */
export function showTexts(texts, planName, isNewConversation) {
  const isAtEnd = isEndShown();
  // A conversation that is opened is not read out; what comes to it afterwards is.
  if (isNewConversation) live.setAttribute("aria-live", "off");
  if (isNewConversation) list.replaceChildren();
  const known = new Map([...list.querySelectorAll(".text")].map((node) => [node.dataset.sid, node]));
  let day = "";
  let hasNews = false;
  for (const text of texts) {
    const at = new Date(text.created_at);
    const node = known.get(text.sid);
    if (node) {
      known.delete(text.sid);
      showTick(node, text);
    } else {
      if (DAY.format(at) !== day && !isDayShown(at)) list.append(dayLine(at));
      list.append(textItem(text, at, planName));
      hasNews = true;
    }
    day = DAY.format(at);
  }
  for (const node of known.values()) node.remove();
  if (texts.length === 0) list.replaceChildren();
  const isOwn = texts.at(-1)?.direction === "inbound";
  if (texts.length > 0 && (isNewConversation || (hasNews && (isAtEnd || isOwn)))) showEnd();
  if (isNewConversation) setTimeout(() => live.setAttribute("aria-live", "polite"), 100);
}

/** Whether the newest text is in view. */
export function isEndShown() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 48;
}

/** Brings the newest text into view, in whatever scrolls: the log, or on a very low window the page. */
export function showEnd() {
  document.getElementById("log-end").scrollIntoView({ block: "end" });
}

function isDayShown(at) {
  return [...list.querySelectorAll(".day")].some((node) => node.dataset.day === DAY.format(at));
}

function dayLine(at) {
  const isToday = DAY.format(at) === DAY.format(new Date());
  return element("li", { class: "day", "data-day": DAY.format(at) }, isToday ? "Today" : DAY.format(at));
}

function textItem(text, at, planName) {
  const isOwn = text.direction === "inbound";
  const isAutomatic = text.direction === "outbound-reply";
  const author = isOwn ? "You" : isAutomatic ? "Automatic reply of the phone company" : planName;
  const segments = text.num_segments === 1 ? "1 segment" : `${text.num_segments} segments`;
  const node = element(
    "li",
    { class: "text", "data-sid": text.sid, "data-direction": text.direction },
    isAutomatic && element("p", { class: "author" }, author),
    element(
      "p",
      { class: "bubble" },
      !isAutomatic && element("span", { class: "unseen" }, `${author}: `),
      ...linked(text.body),
    ),
    element(
      "p",
      { class: "meta" },
      element("time", { datetime: text.created_at }, TIME.format(at)),
      `· ${segments}`,
      isOwn && element("span", { class: "tick", role: "img" }),
    ),
  );
  showTick(node, text);
  return node;
}

function showTick(node, text) {
  const tick = node.querySelector(".tick");
  if (!tick || tick.dataset.answer === text.answer) return;
  const { symbol, label } = TICKS[text.answer];
  tick.dataset.answer = text.answer;
  // A changed label is not read out by itself: only new texts are.
  tick.setAttribute("aria-label", label);
  tick.title = label;
  tick.replaceChildren(icon(symbol));
}
