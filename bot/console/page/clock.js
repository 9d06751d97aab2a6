// How long has somebody waited? Times that tick, without ever being read out by themselves.

import { element, setText } from "./elements.js";
import { words } from "./words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function shortSpan(seconds) {
  if (seconds >= DAY) return words.list.days(Math.floor(seconds / DAY));
  if (seconds >= HOUR) return words.list.hours(Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE));
  return `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;
}

function spokenSpan(seconds) {
  return seconds >= HOUR ? shortSpan(seconds) : words.list.forMinutes(Math.floor(seconds / MINUTE));
}

/** The time since `start` (ISO 8601) as two texts: digits to see, whole minutes to hear. `tick()` brings it up to date. */
export function sinceElement(start) {
  const seen = element("span", { "aria-hidden": "true" });
  const heard = element("span", { class: "unseen" });
  const node = element("time", { class: "since", datetime: start }, seen, heard);
  node.dataset.since = String(Date.parse(start));
  tickOne(node);
  return node;
}

function tickOne(node) {
  // A clock of this machine that runs behind the server's must not show a wait below nothing.
  const seconds = Math.max(0, Math.floor((Date.now() - Number(node.dataset.since)) / 1_000));
  setText(node.firstChild, shortSpan(seconds));
  setText(node.lastChild, spokenSpan(seconds));
}

/** Brings every such time on the page up to date. */
export function tick() {
  for (const node of document.querySelectorAll("time.since")) tickOne(node);
}
