// How does data become part of the page without ever being read as markup?

import { LOCALE, words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/**
 * Makes an element. Text goes in as text nodes, attributes through setAttribute, functions as listeners;
 * null, undefined and false attributes or children are left out.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Draws a symbol that index.html defines; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Sets a text only when it is another one: a live region repeats nothing, and a selection stays. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A link that opens in a new tab, or plain text when the address is not https: no other scheme becomes a link. */
export function outsideLink(address, label) {
  let href = null;
  try {
    const url = new URL(address);
    href = url.protocol === "https:" ? url.href : null;
  } catch {
    // Not an address: the label alone.
  }
  if (!href) return element("span", {}, label);
  const note = element("span", { class: "unseen" }, ` ${words.transcript.newTab}`);
  return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, label, note);
}

/** A day such as 2026-05-01 in words, without shifting it into another time zone; other text comes back as it is. */
export function formatDay(value, style = { dateStyle: "medium" }) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return String(value);
  return new Intl.DateTimeFormat(LOCALE, { ...style, timeZone: "UTC" }).format(new Date(`${value}T00:00:00Z`));
}

/** A moment in the coach's own time zone; the day is named only when it is not today. */
export function timeText(value) {
  const moment = new Date(value);
  const isToday = moment.toDateString() === new Date().toDateString();
  const style = isToday ? { timeStyle: "short" } : { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat(LOCALE, style).format(moment);
}

/** The same as a <time>, or null for what is no moment. */
export function timeElement(value) {
  return Number.isNaN(Date.parse(value)) ? null : element("time", { datetime: value }, timeText(value));
}

/** The name of a language in words: "es" is "Spanish". */
export function languageName(code) {
  try {
    return new Intl.DisplayNames([LOCALE], { type: "language" }).of(code);
  } catch {
    return code;
  }
}

/** Makes the first letter large: "some_kind" becomes "Some kind". */
export function asWords(key) {
  const plain = String(key).replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Fills every element of the page that names its words: data-words for text, data-words-label for aria-label. */
export function fillWords(root) {
  const find = (path) => path.split(".").reduce((part, key) => part[key], words);
  for (const node of root.querySelectorAll("[data-words]")) node.textContent = find(node.dataset.words);
  for (const node of root.querySelectorAll("[data-words-label]")) {
    node.setAttribute("aria-label", find(node.dataset.wordsLabel));
    node.title = node.tagName === "BUTTON" ? find(node.dataset.wordsLabel) : "";
  }
}

/** What tells conversations apart by eye: the first four signs of the id. */
export const shortCode = (id) => id.replace(/[^0-9a-z]/gi, "").slice(0, 4).toUpperCase();
