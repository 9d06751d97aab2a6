// How do the messages that the member sends and those that arrive meet in the log?

import { Problem, sendMessage } from "./api.js";
import { createOutbox, newId } from "./outbox.js";
import { sentenceFor } from "./status.js";

/**
 * `line` says how things stand: `conversation()`, `isOpen()`, `isConnected()`, `isAssistantNext()`, and hears by `lose()` that
 * something did not get through. `onState(state)` gets the state of an answer, `onOver(problem)` a conversation that can't
 * go on, `onShown()` every change of the log.
 */
export function createTurns({ session, log, composer, notices, line, onState, onOver, onShown }) {
  const outbox = createOutbox({
    send: deliver,
    isConnected: line.isConnected,
    remember: session.rememberOutbox,
    listener: { changed, delivered, refused },
  });

  let underWay = 0;
  // A message that is sent again by itself sounds its alarm once.
  const warned = new Set();

  async function deliver(entry) {
    underWay += 1;
    const wait = log.startWaiting(entry);
    try {
      if (!line.isOpen() || !navigator.onLine) throw new Problem();
      if (line.isAssistantNext()) log.showTyping("assistant", 15_000);
      return await sendMessage(line.conversation(), entry);
    } catch (problem) {
      if (problem.safety && !warned.has(entry.client_message_id)) {
        warned.add(entry.client_message_id);
        log.showUnrecorded(problem.safety);
      }
      if (problem.isUnreachable) line.lose();
      throw problem;
    } finally {
      wait.end();
      underWay -= 1;
      if (underWay === 0) log.hideTyping("assistant");
    }
  }

  function changed(entry) {
    log.showEntry(entry);
    onShown();
  }

  function delivered(entry, turn) {
    log.showTurn(entry, turn);
    onState(turn.state);
  }

  function refused(entry, problem) {
    if (problem.isOver) return onOver(problem);
    notices.showProblem(sentenceFor(problem));
    if (problem.canRetry) return;
    // Sending the same again can't work: the words go back to where they can be changed.
    outbox.remove(entry);
    if (log.removeEntry(entry) && !entry.choice) composer.putBack([entry.text]);
  }

  /** A chat that is not open says so until it is. */
  function clearProblem() {
    if (line.isOpen()) notices.clearProblem();
  }

  return {
    send(text) {
      clearProblem();
      outbox.add(text);
    },
    /** A text that is too long is refused by the server, too, which reads it for danger all the same. */
    async checkTooLong(text) {
      if (!line.isOpen()) return;
      try {
        await sendMessage(line.conversation(), { client_message_id: newId(), text });
      } catch (problem) {
        if (problem.safety) log.showUnrecorded(problem.safety);
      }
    },
    choose(reply) {
      clearProblem();
      // The pressed button goes away: keep the focus near, without opening a phone's keyboard.
      if (matchMedia("(pointer: coarse)").matches) log.focus();
      else composer.focus();
      outbox.add(reply.title, reply.value);
    },
    retry(entryId) {
      clearProblem();
      outbox.retry(entryId);
    },
    take(messages) {
      session.rememberSeq(Math.max(0, ...messages.map((message) => message.seq)));
      log.show(messages);
      onShown();
    },
    /** Takes up the unsent messages of an earlier load of the page. */
    restore: () => outbox.restore(session.outbox),
    sendWaiting() {
      if (outbox.sendWaiting()) notices.clearProblem();
    },
    /** Gives up what is unsent: the texts go back to the message box, for the next conversation. */
    putBack() {
      const unsent = outbox.drain().filter((entry) => log.removeEntry(entry) && !entry.choice);
      composer.putBack(unsent.map((entry) => entry.text));
    },
  };
}
