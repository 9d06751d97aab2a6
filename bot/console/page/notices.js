// How is a coach told that something happened: a strip that stays until it is read, or a word that is only heard?

import { byId, setText } from "./elements.js";

/** One strip with a text and a button that takes it away. */
function createStrip(id) {
  const strip = byId(id);
  const text = strip.querySelector("p");
  const hide = () => {
    strip.hidden = true;
    text.textContent = "";
  };
  strip.querySelector("button").addEventListener("click", hide);
  return {
    show(words, kind = "problem") {
      strip.dataset.kind = kind;
      text.textContent = words;
      strip.hidden = false;
    },
    hide,
  };
}

/** `desk` is the strip on top, `conversation` the one above the message box; `say` is heard and not seen. */
export function createNotices() {
  const aloud = byId("aloud");
  return {
    desk: createStrip("notice"),
    conversation: createStrip("conversation-notice"),
    say(text) {
      // The same words twice are two pieces of news: an empty moment in between makes them heard.
      setText(aloud, "");
      setTimeout(() => setText(aloud, text), 50);
    },
  };
}
