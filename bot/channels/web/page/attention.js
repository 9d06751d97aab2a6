// How does a member who looks at another tab see that somebody has written?

const title = document.title;
let unseen = 0;

function refresh() {
  document.title = unseen ? `(${unseen}) ${title}` : title;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  refresh();
});

/** Counts messages from the other side in the tab's title, until the tab is looked at again. */
export function countUnseen(messages) {
  if (!document.hidden) return;
  unseen += messages.filter((message) => message.author !== "member").length;
  refresh();
}
