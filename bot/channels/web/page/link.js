// What does the page do with a one-time link from a text: `/#join=<secret>`?

import { words } from "./words.js";

const JOIN = /^#join=(.*)$/;

/**
 * Takes the secret out of the address at once, before anything else can read it there, and gives it to the tab's memory:
 * a reload while the server is away must not lose it. Says whether there was one. What the address says after `#` is sent
 * to nobody, so whoever only fetches the page (a preview, a scanner) can't use the link up; this script alone does.
 */
export function takeLink(session) {
  const found = JOIN.exec(location.hash);
  if (!found) return false;
  history.replaceState(null, "", location.pathname + location.search);
  session.rememberLink(found[1]);
  return true;
}

/** Waits until the page is really looked at: a browser that loads it ahead must not use a link up. */
export async function whenSeen() {
  if (!document.prerendering) return;
  await new Promise((resolve) => document.addEventListener("prerenderingchange", resolve, { once: true }));
}

/** What stands in place of a chat when a link opens none. `onLeave()` goes to the chat of this tab, or begins a new one. */
export function createLinkPanel({ onLeave }) {
  const panel = document.getElementById("link-gone");
  const title = panel.querySelector("h3");
  const next = document.getElementById("link-next");
  const leave = panel.querySelector("button");
  leave.addEventListener("click", () => {
    panel.hidden = true;
    onLeave();
  });

  return {
    show({ hasChat }) {
      next.textContent = hasChat ? words.link.nextBack : words.link.nextNew;
      leave.textContent = hasChat ? words.link.back : words.link.startNew;
      panel.hidden = false;
      title.focus();
    },
  };
}

/**
 * The other chat of this tab. A link wins, because the member has just pressed it; the chat that stood here before is
 * neither ended nor forgotten but set aside, until the member goes to it or drops it.
 */
export function createAsideStrip({ onSwap, onDrop }) {
  const strip = document.getElementById("aside-strip");
  const [swap, drop] = strip.querySelectorAll("button");
  swap.addEventListener("click", onSwap);
  drop.addEventListener("click", () => {
    strip.hidden = true;
    onDrop();
  });
  return { show: (isShown) => (strip.hidden = !isShown) };
}
