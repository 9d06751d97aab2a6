// What should a coach know first? The packet, each line of which leads to its message.

import { byId, element, icon } from "./elements.js";
import { words } from "./words.js";
import { sayLine } from "./words_packet.js";

const text = words.packet;

function content(line, said) {
  const sources = line.citations?.length ?? 0;
  const aside = [sources && text.sources(sources), said.note].filter(Boolean).join(" · ");
  return [
    element("span", { class: "label" }, said.label),
    element(
      "span",
      { class: "value" },
      line.kind === "urgency" && line.value === "urgent" && icon("alert"),
      said.text,
      aside && element("span", { class: "aside" }, ` · ${aside}`),
      // What a coach noted before is no quotation of the member.
      said.quote && element(line.kind === "before" ? "span" : "q", { class: "quote" }, said.quote),
    ),
  ];
}

/** Shows the packet's lines. `onShow(messageId, seq, origin)` hears of a pressed line; `origin` is its button. */
export function createPacket({ shift, onShow }) {
  const list = byId("packet-lines");

  function item(line, place, lines) {
    const said = sayLine(line, shift.planName);
    // The same words once: the line above has them already.
    const isRepeated = lines.slice(0, place).some(({ quote, seq }) => quote === line.quote && seq === line.seq);
    if (isRepeated) said.quote = null;
    const attributes = { "data-kind": line.kind, "data-value": line.value, "data-wide": said.isWide };
    if (!line.message_id) return element("li", attributes, element("p", { class: "line" }, ...content(line, said)));
    const button = element(
      "button",
      { type: "button", class: "line", click: () => onShow(line.message_id, line.seq, button) },
      ...content(line, said),
      element("span", { class: "go" }, icon("down"), element("span", { class: "unseen" }, text.toMessage(line.seq))),
    );
    return element("li", attributes, button);
  }

  return {
    show(packet) {
      const lines = packet?.lines ?? [];
      // A look that brought nothing new leaves the buttons alone: one of them may have the focus.
      const picture = JSON.stringify(lines);
      if (list.dataset.picture === picture) return;
      list.dataset.picture = picture;
      list.replaceChildren(...(lines.length ? lines.map(item) : [element("li", { class: "hint" }, text.empty)]));
    },
    clear() {
      delete list.dataset.picture;
      list.replaceChildren();
    },
    focus() {
      byId("packet").scrollIntoView({ block: "start" });
      byId("packet-title").focus({ preventScroll: true });
    },
  };
}
