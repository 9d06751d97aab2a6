// Who waits, who is with whom? The list of members, most urgent first, which keeps itself up to date.

import { sinceElement } from "./clock.js";
import { byId, element, icon, languageName, shortCode } from "./elements.js";
import { words } from "./words.js";

const MOST_UNREAD = 99;

/** Says in words why somebody waits. */
export const reasonOf = (cause) => words.causes[cause] ?? words.causes.other;

/** Waiting first by urgency and age, as the server has put them; in three groups, each with its heading. */
function group(items, me) {
  const isMine = (item) => item.holder === "coach" && item.coach?.id === me.id;
  return [
    { name: "mine", title: words.list.mine, items: items.filter(isMine) },
    { name: "waiting", title: words.list.waiting, items: items.filter((item) => item.holder === "waiting") },
    { name: "others", title: words.list.others, items: items.filter((item) => item.holder === "coach" && !isMine(item)) },
  ];
}

/** The queue of `shift` (`{me, planName}`). `onOpen(conversationId)` hears of a pressed item. */
export function createQueue({ shift, onOpen }) {
  const panel = byId("queue");
  const buttons = new Map();
  let openId = null;
  let groups = [];

  const sections = new Map();
  for (const name of ["mine", "waiting", "others"]) {
    const heading = element("h2", { id: `group-${name}` });
    const list = element("ol", { role: "list", "aria-labelledby": `group-${name}` });
    sections.set(name, { node: element("section", { class: "group", "data-group": name, hidden: true }, heading, list), heading, list });
  }
  const empty = element(
    "div",
    { class: "empty", hidden: true },
    icon("check"),
    element("p", { class: "strong-text" }, words.list.empty),
    element("p", {}, words.list.emptyHint),
  );
  const loading = element("p", { class: "loading" }, words.loading);
  panel.append(loading, sections.get("mine").node, sections.get("waiting").node, empty, sections.get("others").node);

  const holderWords = ({ coach }) => (coach?.id === shift.me.id ? words.list.withYou : words.list.withCoach(coach?.name ?? ""));

  function fill(button, item) {
    const isUrgent = item.urgency === "urgent";
    const plan = shift.planName(item.plan_id);
    const about = [words.channels[item.channel], languageName(item.locale), plan, shortCode(item.conversation_id)].filter(Boolean).join(" · ");
    const unread = item.conversation_id === openId ? 0 : Math.min(item.unread ?? 0, MOST_UNREAD);
    // What is shown is compared first: a button that is made anew under the pointer or the focus is a surprise.
    const shown = JSON.stringify([item.urgency, item.cause, about, unread, item.holder, item.coach, item.requested_at]);
    if (button.dataset.shown === shown) return;
    button.dataset.shown = shown;
    button.dataset.urgency = item.urgency;
    const isWaiting = item.holder === "waiting";
    button.replaceChildren(
      element(
        "span",
        { class: "first" },
        isUrgent && element("span", { class: "urgent" }, icon("alert"), words.list.urgent, element("span", { class: "unseen" }, ".")),
        element("span", { class: "reason" }, reasonOf(item.cause)),
      ),
      element("span", { class: "about" }, icon(item.channel), about),
      element(
        "span",
        { class: "when" },
        !isWaiting && icon("person"),
        ...(isWaiting ? [`${words.list.waitingFor} `, sinceElement(item.requested_at)] : [holderWords(item)]),
        unread > 0 && element("span", { class: "unread" }, words.list.unread(unread)),
      ),
    );
  }

  function buttonOf(item) {
    const id = item.conversation_id;
    let button = buttons.get(id);
    if (!button) {
      button = element("button", { type: "button", class: "item", "data-conversation": id, click: () => onOpen(id) });
      buttons.set(id, button);
      element("li", {}, button);
    }
    fill(button, item);
    if (id === openId) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    return button;
  }

  /** Puts the rows in order and moves none that is in its place: a moved row loses the focus. */
  function arrange(list, rows) {
    rows.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    while (list.children.length > rows.length) list.lastChild.remove();
  }

  function show(items) {
    const focused = document.activeElement?.closest?.("[data-conversation]");
    loading.hidden = true;
    groups = group(items, shift.me);
    for (const { name, title, items: members } of groups) {
      const { node, heading, list } = sections.get(name);
      heading.textContent = `${title} (${members.length})`;
      node.hidden = members.length === 0;
      arrange(list, members.map((item) => buttonOf(item).parentElement));
    }
    empty.hidden = groups[1].items.length > 0;
    const ids = new Set(items.map((item) => item.conversation_id));
    for (const id of [...buttons.keys()]) if (!ids.has(id)) buttons.delete(id);
    if (focused && focused.isConnected && document.activeElement !== focused) focused.focus();
    else if (focused && !focused.isConnected) byId("list").focus();
  }

  const ordered = () => groups.flatMap((part) => part.items);

  return {
    show,
    /** Marks which conversation is open. */
    setOpen(id) {
      openId = id;
      if (groups.length) show(ordered());
    },
    /** The n-th conversation of the list, from 1, as it stands from top to bottom. */
    idAt: (place) => ordered()[place - 1]?.conversation_id ?? null,
    focus: () => (panel.querySelector(".item") ?? byId("list")).focus(),
    clear() {
      openId = null;
      show([]);
      loading.hidden = false;
      empty.hidden = true;
    },
  };
}
