// What has a coach typed and not sent? Kept in memory alone, per conversation: it is about members.

const EMPTY = { message: "", note: "" };

/** Drafts of one coach; `all` is what outlasts the screen when the session ends by itself. */
export function createDrafts(all = new Map()) {
  const of = (id) => all.get(id) ?? EMPTY;
  const keep = (id, part) => id && all.set(id, { ...of(id), ...part });

  return {
    of,
    keep,
    /** Puts an unsent message in front of what was typed meanwhile. */
    putBack: (id, message) => keep(id, { message: [message, of(id).message].filter(Boolean).join("\n") }),
    /** Those that hold any words. */
    written: () => new Map([...all].filter(([, draft]) => draft.message || draft.note)),
  };
}
