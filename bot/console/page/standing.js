// Does the desk get through, both ways? What is shown of it must never be better than it is.

import { byId, setText } from "./elements.js";
import { words } from "./words.js";

/**
 * The mark under the list and the strip on top. News may come in while nothing that the coach does gets through, and so
 * both count: the line's status, the messages that are not sent, the signs of life. `onBack()` hears that the line is back.
 */
export function createStanding({ onBack }) {
  const mark = byId("line");
  const strip = byId("line-lost");
  const start = { line: "polling", unsent: 0, isKept: true };
  let now = { ...start };

  const status = () => (now.line !== "lost" && (now.unsent || !now.isKept) ? "trouble" : now.line);

  function warning() {
    if (now.line === "lost") return words.line.lost;
    if (now.unsent) return words.line.unsent(now.unsent);
    return now.isKept ? "" : words.line.notKept;
  }

  function change(news) {
    const wasLost = now.line === "lost";
    now = { ...now, ...news };
    mark.dataset.status = status();
    setText(mark, words.line.marks[status()]);
    setText(strip, warning());
    strip.hidden = !warning();
    if (wasLost && now.line !== "lost") onBack();
  }

  return {
    /** "live", "polling" or "lost". */
    setLine: (line) => change({ line }),
    /** How many messages the record does not have, after a try or some seconds. */
    setUnsent: (unsent) => change({ unsent }),
    /** Whether the record took the last sign of life. */
    setKept: (isKept) => change({ isKept }),
    clear: () => change(start),
  };
}
