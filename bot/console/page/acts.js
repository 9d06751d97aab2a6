// What can a coach do with a conversation: claim it, give it back, close it, hand it on?

import * as api from "./api.js";
import { askOutcome, askTransfer } from "./decisions.js";
import { byId } from "./elements.js";
import { words } from "./words.js";
import { dialogs } from "./words_dialogs.js";

/**
 * `current()` is the open conversation, `versions` what the coach has seen of each; `refresh()` reads the open one anew and
 * `fail(problem)` says what went wrong.
 */
export function createActs({ current, myId, versions, refresh, takeMessages, fail, onChanged, notices, onClaimStarts, onClaimed }) {
  let claiming = false;

  async function act(run, done) {
    const { id } = current();
    notices.conversation.hide();
    const answer = await run(id, versions.get(id));
    if (answer?.version !== undefined) versions.set(id, answer.version);
    takeMessages(id, answer?.messages ?? []);
    onChanged();
    await refresh();
    notices.say(done);
  }

  /** In a dialog a stale picture is renewed underneath, so that confirming once more is enough. */
  const inDialog = (run, done) => async (...answers) => {
    try {
      await act((id, version) => run(id, version, ...answers), done);
    } catch (problem) {
      if (problem.isStale) {
        onChanged();
        await refresh();
      }
      throw problem;
    }
  };

  return {
    async claim() {
      if (claiming || !current()) return;
      claiming = true;
      onClaimStarts(true);
      try {
        await act(api.claim, words.claim.done);
        onClaimed();
      } catch (problem) {
        await fail(problem);
      }
      onClaimStarts(false);
      claiming = false;
    },
    /** `kind` is "return" or "close". */
    async decide(kind) {
      const run = kind === "return" ? api.giveBack : api.close;
      const done = dialogs.outcome[kind === "return" ? "returned" : "closed"];
      if (await askOutcome(kind, inDialog(run, done))) byId("conversation-title").focus();
    },
    async transfer() {
      try {
        const to = await askTransfer([myId(), current().coach?.id], inDialog(api.transfer));
        if (!to) return;
        notices.conversation.show(dialogs.transfer.done(to.name), "good");
        byId("conversation-title").focus();
      } catch (problem) {
        await fail(problem);
      }
    },
  };
}
