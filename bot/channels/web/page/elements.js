// How does data become part of the page without ever being read as markup?

import { LOCALE, words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

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

/** The first letters of a name, without what stands behind a comma: "Dana R., RN" gives "DR". */
export function initialsOf(name) {
  const parts = name.split(",")[0].split(/\s+/).filter(Boolean);
  return parts.slice(0, 2).map((part) => [...part][0].toUpperCase()).join("");
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

/** Gives the address if it is https, else null: no other scheme ever becomes a link. */
export function httpsAddress(value) {
  try {
    const address = new URL(value);
    return address.protocol === "https:" ? address.href : null;
  } catch {
    return null;
  }
}

/** A link that opens in a new tab, or plain text when the address is not https. */
export function outsideLink(address, label, attributes = {}) {
  const href = httpsAddress(address);
  if (!href) return element("span", {}, label);
  const note = element("span", { class: "unseen" }, ` ${words.newTab}`);
  return element("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, label, note, icon("outside"));
}

/** Gives a tel: address for a number written with digits, else null (a number spelt with letters stays text). */
export function phoneAddress(number) {
  const digits = String(number).replace(/[^\d+]/g, "");
  if (/[a-z]/i.test(number) || !/^\+?\d{3,15}$/.test(digits)) return null;
  return digits.length === 10 ? `tel:+1${digits}` : `tel:${digits}`;
}

/** A day such as 2026-05-01 in words, without shifting it into another time zone; other text comes back as it is. */
export function formatDay(value) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return String(value);
  const format = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(`${value}T00:00:00Z`));
}

/** A moment as a <time> in the member's own time zone; the day is named only when it is not today. */
export function timeElement(value) {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return null;
  const isToday = moment.toDateString() === new Date().toDateString();
  const style = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return element("time", { datetime: moment.toISOString() }, new Intl.DateTimeFormat(LOCALE, style).format(moment));
}

/** Fills every element of the page that names its words: data-words for text, data-words-label for aria-label. */
export function fillWords(root) {
  const find = (path) => path.split(".").reduce((part, key) => part[key], words);
  for (const node of root.querySelectorAll("[data-words]")) node.textContent = find(node.dataset.words);
  for (const node of root.querySelectorAll("[data-words-label]")) node.setAttribute("aria-label", find(node.dataset.wordsLabel));
}
