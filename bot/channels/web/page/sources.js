// Where does an answer come from? The citations of a message, folded away until asked for.

import { element, formatDay, outsideLink } from "./elements.js";
import { words } from "./words.js";

function sourceItem(citation) {
  const title = [citation.document, citation.number && `(${citation.number})`].filter(Boolean).join(" ");
  const day = citation.effective_on
    ? `${words.sources.effective} ${formatDay(citation.effective_on)}`
    : citation.read_on && `${words.sources.read} ${formatDay(citation.read_on)}`;
  const details = [
    citation.payer,
    citation.section && `${words.sources.section}: ${citation.section}`,
    citation.version && `${words.sources.version}: ${citation.version}`,
    day,
  ];
  return element(
    "li",
    { class: "source" },
    outsideLink(citation.url, title),
    element("p", { class: "details" }, details.filter(Boolean).join(" · ")),
  );
}

/** A disclosure with one entry for each citation, in the order in which the answer used them. */
export function sourcesElement(citations) {
  const label = citations.length === 1 ? words.sources.one : words.sources.many(citations.length);
  return element(
    "details",
    { class: "sources" },
    element("summary", {}, label),
    element("ul", {}, ...citations.map(sourceItem)),
  );
}
