// When does the desk look how far a text got, and whether the member stopped the texts? Nobody tells it.

const PAUSE_MS = 2_000;
// A carrier that tells nothing of a text any more is asked about only when the desk looks anyway.
const MOST_LOOKS = 30;

/** Calls `look()`, an async function, soon after texts that may have changed something. */
export function createTexts({ look }) {
  let timer = 0;
  let left = 0;

  return {
    /** `fresh` messages came; `isOnItsWay` when a text of ours may still arrive. */
    note(fresh, isOnItsWay) {
      const texted = fresh.filter(({ channel }) => channel === "sms");
      if (texted.length) left = MOST_LOOKS;
      // It may have been the text that stops all others.
      const isHeard = texted.some(({ author }) => author === "member");
      if (!isHeard && (!isOnItsWay || left === 0)) return;
      left -= 1;
      clearTimeout(timer);
      timer = setTimeout(() => look().catch(() => {}), isHeard ? 0 : PAUSE_MS);
    },
    stop() {
      clearTimeout(timer);
      left = 0;
    },
  };
}
