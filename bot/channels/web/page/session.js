// What does this tab remember across a reload? Only sessionStorage, never the address or another tab.

const KEY = "gene-guide";

// What belongs to one conversation: who opens another one here begins with this.
const EMPTY = { conversation: null, outbox: [], isEnded: false, isRated: false };
// The greeting is message 1: after it something was said.
const GREETING_SEQ = 1;

const chatOf = ({ conversation, outbox, isEnded, isRated }) => ({ conversation, outbox, isEnded, isRated });

/**
 * The tab's memory: `conversation` {id, token, seq, plan?} or null, the `outbox` of unsent messages, whether
 * the server has forgotten it (`isEnded`) and whether it was rated (`isRated`); a `link` from a text that is not opened
 * yet, and `aside`, the other chat that a link has pushed aside. A browser that forbids storage still chats; it only
 * forgets on reload.
 */
export function loadSession() {
  const session = { ...EMPTY, link: null, aside: null };
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

  function change(values) {
    Object.assign(session, values);
    save();
  }

  /** A chat that is over, or in which only the greeting stands, is no loss. */
  const isWorthKeeping = () =>
    session.conversation && !session.isEnded && (session.conversation.seq > GREETING_SEQ || session.outbox.length > 0);

  /** The chat that was set aside comes back, and this one goes aside. */
  function swap() {
    change({ ...session.aside, aside: isWorthKeeping() ? chatOf(session) : null });
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
    get link() {
      return session.link;
    },
    get hasAside() {
      return session.aside !== null;
    },
    begin(conversation) {
      change({ conversation, isEnded: false, isRated: false });
    },
    /**
     * A link has opened this conversation. One that this tab has already goes on with its new token; another one pushes
     * the tab's chat aside. There is room for one chat aside: the chats of one phone are one conversation, so a third
     * one needs somebody who opens the links of two phones in one tab.
     */
    join(conversation) {
      if (session.aside?.conversation.id === conversation.id) swap();
      if (session.conversation?.id === conversation.id) {
        const { seq, plan } = session.conversation;
        change({ conversation: { ...conversation, seq, plan }, isEnded: false, link: null });
      } else {
        change({ ...EMPTY, conversation, aside: isWorthKeeping() ? chatOf(session) : session.aside, link: null });
      }
    },
    swap,
    dropAside() {
      change({ aside: null });
    },
    rememberLink(link) {
      change({ link });
    },
    forgetLink() {
      change({ link: null });
    },
    rememberSeq(seq) {
      if (!session.conversation || seq <= session.conversation.seq) return;
      session.conversation.seq = seq;
      save();
    },
    rememberOutbox(entries) {
      change({ outbox: entries });
    },
    rememberRating() {
      change({ isRated: true });
    },
    rememberEnd() {
      change({ isEnded: true });
    },
    forget() {
      change({ conversation: null, outbox: [] });
    },
  };
}
