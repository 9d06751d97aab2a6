// What keeps time while this tab is in the background? A worker: browsers slow down the timers of a hidden page to one
// a minute, and a coach who looks something up in another tab must not count as gone.

const EVERY_MS = 20_000;

setInterval(() => postMessage("tick"), EVERY_MS);
