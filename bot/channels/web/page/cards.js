// How is a looked-up thing shown: a facility, a policy, a plan record?

import { element, formatDay, httpsAddress, icon, outsideLink, phoneAddress } from "./elements.js";
import { words } from "./words.js";

const text = words.card;
const MANY_THERAPIES = 4;
// Said in a card's title or its badge, so not repeated as a line.
const NOT_A_LINE = new Set(["kind", "title", "is_sample", "lines"]);

export function cardElement(card) {
  return card.kind === "facility" ? facilityCard(card) : plainCard(card);
}

function sampleBadge(card) {
  return card.is_sample ? element("span", { class: "badge" }, text.sample) : null;
}

function phoneLink(card) {
  const href = phoneAddress(card.phone);
  if (!href) return element("span", { class: "action" }, card.phone);
  return element("a", { class: "action", href, "aria-label": `${text.call(card.name)}, ${card.phone}` }, icon("phone"), card.phone);
}

function therapiesElement(therapies) {
  if (!therapies?.length) return null;
  const list = element("ul", { class: "tags" }, ...therapies.map((name) => element("li", {}, asWords(name))));
  if (therapies.length <= MANY_THERAPIES) return element("div", {}, element("p", { class: "label" }, text.therapies), list);
  return element("details", {}, element("summary", {}, text.allTherapies(therapies.length)), list);
}

function networkText(network) {
  if (!network) return text.noNetwork;
  return [network.name, network.payer].filter(Boolean).join(", ");
}

function facilityCard(card) {
  const miles = typeof card.distance_miles === "number" ? String(Math.round(card.distance_miles * 10) / 10) : null;
  const serves = (card.serves ?? []).map((group) => text.serves[group] ?? group).join(", ");
  return element(
    "article",
    { class: "card", "data-kind": "facility" },
    element("h3", {}, card.name),
    miles !== null && element("p", { class: "distance" }, icon("pin"), text.miles(miles)),
    element("p", { class: "address" }, card.address),
    lines([
      serves && [text.servesLabel, serves],
      [text.network, networkText(card.network)],
    ]),
    therapiesElement(card.therapies),
    element(
      "p",
      { class: "actions" },
      card.phone ? phoneLink(card) : null,
      httpsAddress(card.map_url) ? outsideLink(card.map_url, text.map, { class: "action" }) : null,
      httpsAddress(card.url) ? outsideLink(card.url, text.website, { class: "action" }) : null,
    ),
    element(
      "p",
      { class: "verified" },
      card.verified_on ? text.verified(formatDay(card.verified_on)) : null,
      sampleBadge(card),
    ),
  );
}

function lines(pairs) {
  const rows = pairs
    .filter(Boolean)
    .map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  return rows.length ? element("dl", {}, ...rows) : null;
}

/** A key or id of the data as words: `some_field` becomes "Some field". */
function asWords(key) {
  const plain = String(key).replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

const labelOf = (key) => text.labels[key] ?? asWords(key);

/** A value as a person reads it. Nothing on record is said as unknown, never as no. */
function valueOf(value) {
  if (value === null || value === undefined || value === "" || value === "unknown") return text.unknown;
  if (typeof value === "boolean") return value ? text.values.yes : text.values.no;
  if (Array.isArray(value)) return value.map(valueOf).join("; ");
  if (typeof value === "object") return Object.values(value).map(valueOf).join(", ");
  if (httpsAddress(value)) return outsideLink(value, new URL(value).hostname);
  return Object.hasOwn(text.values, value) ? text.values[value] : formatDay(String(value));
}

/** Any other kind: a title and its fields as lines, so that a new field needs no change here. */
function plainCard(card) {
  const given = Array.isArray(card.lines) ? card.lines.map((line) => [line.label, valueOf(line.value)]) : [];
  const others = Object.entries(card)
    .filter(([key]) => !NOT_A_LINE.has(key))
    .map(([key, value]) => [labelOf(key), valueOf(value)]);
  return element(
    "article",
    { class: "card", "data-kind": card.kind },
    element("h3", {}, card.title ?? text.kinds[card.kind] ?? asWords(card.kind), sampleBadge(card)),
    lines([...given, ...others]),
  );
}
