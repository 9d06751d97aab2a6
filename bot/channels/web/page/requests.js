// What can the member ask of a conversation besides writing: a coach, its end, a rating?

import * as api from "./api.js";
import { whileWaiting } from "./patience.js";
import { sentenceFor } from "./status.js";
import { words } from "./words.js";

/**
 * The requests, one at a time; a second press meanwhile does nothing. Each resolves to null when it went well, else to the
 * sentence that was shown. `whenOpen()` resolves when there is a conversation: a coach can be asked for before.
 * `onPage(page)` gets the messages and state of an answer, `onOver(problem)` a 404 or 409, `onSafety(message)` what the
 * safety gate says to something that was refused.
 */
export function createRequests({ current, whenOpen, notices, onBusy, onPage, onOver, onSafety }) {
  let isBusy = false;

  /** `again` is what "Try again" does, where the request can be made from the notice. */
  async function attempt(request, again) {
    const conversation = current();
    if (isBusy || !conversation) return null;
    isBusy = true;
    onBusy(true);
    notices.clearProblem();
    try {
      const page = await whileWaiting(request(conversation));
      if (page) onPage(page);
      return null;
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      if (problem.safety) onSafety(problem.safety);
      const sentence = sentenceFor(problem);
      notices.showProblem(sentence, again && problem.canRetry ? { label: words.tryAgain, run: again } : {});
      if (problem.isOver) onOver(problem);
      return sentence;
    } finally {
      isBusy = false;
      onBusy(false);
    }
  }

  async function askForCoach() {
    if (!current()) await whenOpen();
    return attempt(api.requestHandoff, askForCoach);
  }

  const leaveCoach = () => attempt(api.cancelHandoff, leaveCoach);
  const end = () => attempt(api.closeConversation, end);

  return {
    attempt,
    askForCoach,
    leaveCoach,
    end,
    rate: (score, comment) => attempt((conversation) => api.rateConversation(conversation, score, comment)),
  };
}
