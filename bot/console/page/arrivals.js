// What is new in the queue? Said, counted in the tab's title, and heard if the coach wants that.

import { byId } from "./elements.js";
import { reasonOf } from "./queue.js";
import { words } from "./words.js";

/** `onUrgent(conversationId)` hears a press on the mark for urgent members. */
export function createArrivals({ notices, sound, onUrgent }) {
  const pill = byId("urgent-pill");
  const count = byId("tab-queue").querySelector(".count");
  let known = null;
  let firstUrgent = null;

  pill.addEventListener("click", () => onUrgent(firstUrgent));

  return {
    take(items) {
      const waiting = items.filter((item) => item.holder === "waiting");
      const urgent = waiting.filter((item) => item.urgency === "urgent");
      firstUrgent = urgent[0]?.conversation_id ?? null;
      pill.hidden = urgent.length === 0;
      pill.querySelector("span").textContent = words.header.urgent(urgent.length);
      pill.setAttribute("aria-label", words.header.urgentLabel(urgent.length));
      count.hidden = waiting.length === 0;
      count.textContent = String(waiting.length);
      document.title = words.title(waiting.length);

      // Who became urgent while waiting is news as well.
      const keyOf = (item) => `${item.conversation_id} ${item.urgency}`;
      const fresh = known ? waiting.filter((item) => !known.has(keyOf(item))) : [];
      known = new Set(waiting.map(keyOf));
      const loudest = fresh.find((item) => item.urgency === "urgent") ?? fresh[0];
      if (!loudest) return;
      const isUrgent = loudest.urgency === "urgent";
      notices.say(words.list[isUrgent ? "arrivedUrgent" : "arrived"](reasonOf(loudest.cause)));
      sound.play(isUrgent ? "urgent" : "normal");
    },
    clear() {
      known = null;
      pill.hidden = true;
    },
  };
}
