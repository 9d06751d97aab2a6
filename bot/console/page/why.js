// Why was this said? What a message of the assistant relied on, looked up when a coach asks for it.

import { element, formatDay, outsideLink } from "./elements.js";
import { words } from "./words.js";

const text = words.transcript.why;

const dayOf = (day) => formatDay(day, { year: "numeric", month: "2-digit", day: "2-digit" });
const withDays = (version) => version.replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, "$2/$3/$1");

/** A source as it was recorded: document, number, payer or publisher, section, version, day and address. */
function sourceItem(source) {
  const title = [source.document, source.number && `(${source.number})`].filter(Boolean).join(" ");
  const details = [
    source.payer,
    source.section && `${text.section} ${source.section}`,
    source.version && text.version(withDays(source.version)),
    source.effective_on && words.transcript.effective(dayOf(source.effective_on)),
    source.read_on && words.transcript.read(dayOf(source.read_on)),
  ];
  return element("li", {}, outsideLink(source.url, title), ` · ${details.filter(Boolean).join(" · ")}`);
}

/** The day that the document states, the day it was read, and apart from these the days on which it counts here. */
function daysOf(cited) {
  const from = dayOf(cited.in_force_from);
  const until = cited.ends_on && dayOf(cited.ends_on);
  return [
    cited.label && text.version(withDays(cited.label)),
    cited.effective_on ? words.transcript.effective(dayOf(cited.effective_on)) : text.undated,
    words.transcript.read(dayOf(cited.read_on)),
    cited.ends_on && cited.ends_on <= cited.in_force_from ? text.countedForPart(from) : text.counts(from, until),
  ].filter(Boolean);
}

function documentItem(cited) {
  if (!cited.title) return element("li", {}, `${cited.version}: ${text.missing}`);
  const title = [cited.title, cited.number && `(${cited.number})`].filter(Boolean).join(" ");
  const facts = cited.facts.map((fact) => element("li", {}, fact.text ?? fact.id));
  const sections = cited.sections.map(({ section, heading }) => [section, heading !== section && heading].filter(Boolean).join(": "));
  return element(
    "li",
    {},
    outsideLink(cited.url, title),
    ` · ${[cited.payer, ...daysOf(cited)].join(" · ")}`,
    sections.length > 0 && ` · ${text.section} ${sections.join("; ")}`,
    element("code", { title: cited.checksum }, ` ${cited.version}`),
    facts.length > 0 && element("ul", {}, ...facts),
  );
}

function explanation(found) {
  const entries = found.catalogue.map(({ entry, spoken, sources, checksum }) =>
    element(
      "li",
      {},
      `${text.catalogue}: ${entry}`,
      element("code", { title: checksum }, ` ${entry}@${checksum.slice(0, 12)}`),
      element("ul", {}, ...spoken.map((said) => element("li", {}, `${said.field}: ${said.text ?? text.spokenMissing}`)), ...sources.map(sourceItem)),
    ),
  );
  const cited = found.citations.length > 0 && [element("p", {}, text.cited), element("ul", {}, ...found.citations.map(sourceItem))];
  const head = [found.response_key && `${text.response}: ${found.response_key}`, found.as_of && `${text.asOf} ${dayOf(found.as_of)}`];
  return [
    element("p", {}, head.filter(Boolean).join(" · ")),
    ...(cited || []),
    element("ul", {}, ...found.documents.map(documentItem), ...entries),
    element("p", {}, found.replay.same ? text.same : text.differs(found.replay.code)),
  ];
}

/** A disclosure that asks `load()` when it is opened, again each time: a version may have ended meanwhile. */
export function whyElement(load) {
  const body = element("div", { class: "why-body", "aria-live": "polite" });
  const details = element("details", { class: "why" }, element("summary", {}, text.button), body);
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    body.replaceChildren(text.loading);
    try {
      body.replaceChildren(...explanation(await load()));
    } catch {
      body.replaceChildren(text.failed);
    }
  });
  return details;
}
