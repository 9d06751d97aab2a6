// Why was this said? What a message of the assistant relied on, looked up when a coach asks for it.

import { element, formatDay, outsideLink } from "./elements.js";
import { words } from "./words.js";

const text = words.transcript.why;

function documentItem(cited) {
  if (!cited.title) return element("li", {}, `${cited.version}: ${text.missing}`);
  const title = [cited.title, cited.number && `(${cited.number})`].filter(Boolean).join(" ");
  const until = cited.ends_on && formatDay(cited.ends_on);
  const facts = cited.facts.map((fact) => element("li", {}, fact.text ?? fact.id));
  const sections = cited.sections.map(({ section, heading }) => [section, heading !== section && heading].filter(Boolean).join(": "));
  return element(
    "li",
    {},
    outsideLink(cited.url, title),
    ` · ${cited.payer} · ${text.inForce(formatDay(cited.in_force_from), until)}`,
    sections.length > 0 && ` · ${text.section} ${sections.join("; ")}`,
    element("code", { title: cited.checksum }, ` ${cited.version}`),
    facts.length > 0 && element("ul", {}, ...facts),
  );
}

function explanation(found) {
  const entries = found.catalogue.map(({ entry, fields, checksum }) =>
    element("li", {}, `${text.catalogue}: ${entry} (${fields.join(", ")})`, element("code", { title: checksum }, ` ${entry}@${checksum.slice(0, 12)}`)),
  );
  const head = [found.response_key && `${text.response}: ${found.response_key}`, found.as_of && `${text.asOf} ${formatDay(found.as_of)}`];
  return [
    element("p", {}, head.filter(Boolean).join(" · ")),
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
