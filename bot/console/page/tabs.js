// How do tabs work: one is open, arrow keys go from one to the next?

import { byId } from "./elements.js";

/** Two or more role=tab buttons and their panels. `onOpen(tabId)` hears which one was opened. */
export function createTabs(tabIds, onOpen = () => {}) {
  const tabs = tabIds.map(byId);

  function open(tab, { focus = false } = {}) {
    for (const other of tabs) {
      const isOpen = other === tab;
      other.setAttribute("aria-selected", String(isOpen));
      other.tabIndex = isOpen ? 0 : -1;
      byId(other.getAttribute("aria-controls")).hidden = !isOpen;
    }
    if (focus) tab.focus();
    onOpen(tab.id);
  }

  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = { Home: 0, End: tabs.length - 1 }[event.key] ?? (step && (place + step + tabs.length) % tabs.length);
      if (to === undefined) return;
      event.preventDefault();
      open(tabs[to], { focus: true });
    });
  });

  return { open: (id) => open(byId(id)), isOpen: (id) => byId(id).getAttribute("aria-selected") === "true" };
}
