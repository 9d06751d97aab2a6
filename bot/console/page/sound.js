// May the desk be heard? Two soft tones when a member starts to wait; off until the coach turns it on.

import { byId } from "./elements.js";

const TONES = { normal: [523, 659], urgent: [784, 784, 988] };
const LENGTH_S = 0.16;
const LOUDNESS = 0.08;

/** The switch of the header; `play("normal"|"urgent")` is silent while it is off. */
export function createSound() {
  const button = byId("sound");
  const use = button.querySelector("use");
  let context = null;
  let isOn = false;

  function show() {
    button.setAttribute("aria-checked", String(isOn));
    use.setAttribute("href", `#icon-sound-${isOn ? "on" : "off"}`);
  }

  function play(kind) {
    if (!isOn || !context) return;
    TONES[kind].forEach((frequency, place) => {
      const start = context.currentTime + place * LENGTH_S;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = frequency;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
      loudness.gain.linearRampToValueAtTime(0, start + LENGTH_S);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + LENGTH_S);
    });
  }

  button.addEventListener("click", () => {
    isOn = !isOn;
    // Browsers let a page be heard only after a press: this is it.
    if (isOn) context ??= new AudioContext();
    show();
    play("normal");
  });
  show();
  return { play };
}
