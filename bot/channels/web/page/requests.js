// What can the member ask of a conversation besides writing: a coach, its end, a rating?

import * as api from "./api.js";
import { sentenceFor } from "./status.js";

/**
 * The requests, one at a time; a second press meanwhile does nothing. Each resolves to null when it went well, else to the
 * sentence that was shown. `onPage(page)` gets the messages and state of an answer, `onOver(problem)` a 404 or 409,
 * `onSafety(message)` what the safety gate says to something that was refused.
 */
export function createRequests({ current, notices, onBusy, onPage, onOver, onSafety }) {
  let isBusy = false;

  async function attempt(request) {
    const conversation = current();
    if (isBusy || !conversation) return null;
    isBusy = true;
    onBusy(true);
    notices.clearProblem();
    try {
      const page = await request(conversation);
      if (page) onPage(page);
      return null;
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      if (problem.safety) onSafety(problem.safety);
      const sentence = sentenceFor(problem);
      notices.showProblem(sentence);
      if (problem.isOver) onOver(problem);
      return sentence;
    } finally {
      isBusy = false;
      onBusy(false);
    }
  }

  return {
    attempt,
    askForCoach: () => attempt(api.requestHandoff),
    leaveCoach: () => attempt(api.cancelHandoff),
    end: () => attempt(api.closeConversation),
    rate: (score, comment) => attempt((conversation) => api.rateConversation(conversation, score, comment)),
  };
}
