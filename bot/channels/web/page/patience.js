// Does the member wait for something for long? Then the page names the emergency numbers before anything has failed.

// An answer takes a fraction of this, and the apology for one that can't come at most 3 s.
const LATE_MS = 3_500;

/** Marks the node as late if nobody ends the wait in time. `end()` ends it; the mark stays, for whoever sets or takes it. */
export function startWaiting(node) {
  const timer = setTimeout(() => {
    node.dataset.late = "";
  }, LATE_MS);
  return { end: () => clearTimeout(timer) };
}

/** Resolves or rejects as `work` does; the whole page is marked while that takes long. */
export async function whileWaiting(work) {
  const wait = startWaiting(document.body);
  try {
    return await work;
  } finally {
    wait.end();
    delete document.body.dataset.late;
  }
}
