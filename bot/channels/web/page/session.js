// What does this tab remember across a reload? Only sessionStorage, never the address or another tab.

const KEY = "gene-guide";

/**
 * The tab's memory: `conversation` {id, token, seq, plan?} or null, the `outbox` of unsent messages, whether
 * the server has forgotten it (`isEnded`) and whether it was rated (`isRated`). A browser that forbids storage still chats; it only forgets on reload.
 */
export function loadSession() {
  const session = { conversation: null, outbox: [], isEnded: false, isRated: false };
  try {
    Object.assign(session, JSON.parse(sessionStorage.getItem(KEY)) ?? {});
  } catch {
    // Storage is forbidden or holds something unreadable: start afresh.
  }

  function save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(session));
    } catch {
      // Forbidden or full: the conversation goes on in memory.
    }
  }

  return {
    get conversation() {
      return session.conversation;
    },
    get outbox() {
      return session.outbox;
    },
    get isEnded() {
      return session.isEnded;
    },
    get isRated() {
      return session.isRated;
    },
    begin(conversation) {
      session.conversation = conversation;
      session.isEnded = false;
      session.isRated = false;
      save();
    },
    rememberSeq(seq) {
      if (!session.conversation || seq <= session.conversation.seq) return;
      session.conversation.seq = seq;
      save();
    },
    rememberOutbox(entries) {
      session.outbox = entries;
      save();
    },
    rememberRating() {
      session.isRated = true;
      save();
    },
    rememberEnd() {
      session.isEnded = true;
      save();
    },
    forget() {
      session.conversation = null;
      session.outbox = [];
      save();
    },
  };
}
