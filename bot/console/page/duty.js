// Is this coach there for members, and what happens when nobody is?

import { setDuty } from "./api.js";
import { byId, setText } from "./elements.js";
import { words } from "./words.js";

/** The switch and the strip that says what being off duty means. `onChange()` hears that `shift.isOnDuty` changed. */
export function createDuty({ shift, notices, holdsAny, onChange }) {
  const button = byId("duty");
  const strip = byId("off-duty");
  let onDuty = [];
  let busy = false;

  function show() {
    button.setAttribute("aria-checked", String(shift.isOnDuty));
    strip.hidden = shift.isOnDuty;
    if (shift.isOnDuty) return;
    const others = onDuty.filter((coach) => coach.id !== shift.me.id).map((coach) => coach.name);
    const text = [words.duty.off, others.length ? words.duty.others(others.join(", ")) : words.duty.nobody];
    if (holdsAny()) text[0] = words.duty.offHolding;
    setText(strip.querySelector("p"), text.join(" "));
  }

  async function set(isOn) {
    if (busy) return;
    busy = true;
    try {
      await setDuty(isOn);
      const hadFocus = strip.contains(document.activeElement);
      take(isOn);
      if (isOn) notices.say(words.duty.isOn);
      if (hadFocus && strip.hidden) button.focus();
    } catch (problem) {
      if (problem.status !== 401) notices.desk.show(problem.words);
    }
    busy = false;
  }

  function take(isOn) {
    if (isOn === shift.isOnDuty) return;
    shift.isOnDuty = isOn;
    show();
    onChange();
  }

  button.addEventListener("click", () => set(!shift.isOnDuty));
  strip.querySelector("button").addEventListener("click", () => set(true));

  return {
    turnOn: () => set(true),
    /** What the server says of this coach. */
    take(isOn) {
      if (!busy) take(isOn);
    },
    /** Who else is there. */
    showOthers(coaches) {
      onDuty = coaches;
      show();
    },
    show,
  };
}
