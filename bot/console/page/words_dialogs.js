// What do the console's dialogs, its call-back list and its refusals say?

export const dialogs = {
  outcome: {
    returnTitle: "Give back to the assistant",
    returnHappens: "The member reads that you have left and that the assistant is back. They can ask for a coach again.",
    returnConfirm: "Give back",
    closeTitle: "Close this conversation",
    closeHappens: "The member can’t write here any more. They can start a new conversation at any time.",
    closeConfirm: "Close conversation",
    legend: "How did it end?",
    choose: "Please choose how it ended.",
    note: "Note for the record (optional)",
    only: "Only coaches see this.",
    returned: "The conversation is back with the assistant.",
    closed: "The conversation is closed.",
    outcomes: {
      answered: "Answered",
      follow_up: "Follow-up agreed",
      referred: "Sent to someone else",
      no_reply: "The member did not reply",
      other: "Something else",
    },
  },

  transfer: {
    title: "Transfer to another coach",
    happens: "The other coach has the conversation at once. The member reads who is with them now.",
    legend: "Coaches on duty",
    none: "No other coach is on duty right now.",
    confirm: "Transfer",
    choose: "Please choose a coach.",
    done: (name) => `${name} has the conversation now.`,
  },

  leave: {
    title: "Sign out now?",
    happens: (count) =>
      count === 1
        ? "One conversation is still with you. It goes back to its old place in the queue and the member is told."
        : `${count} conversations are still with you. They go back to their old places in the queue and the members are told.`,
    stay: "Stay",
    confirm: "Sign out",
  },

  idle: {
    title: "Are you still there?",
    text: "There was no activity for a while. To protect members, you will be signed out in",
    seconds: (count) => (count === 1 ? "1 second" : `${count} seconds`),
    minutes: (whole, rest) => `${whole} min ${String(rest).padStart(2, "0")} s`,
    held: "Conversations that are with you would go back to the queue.",
    stay: "Stay signed in",
    leave: "Sign out",
  },

  help: {
    title: "Help",
    keys: "Keys",
    rows: [
      ["Alt + 1 … 9", "Open that place in the queue, counted from the top"],
      ["Alt + C", "Claim the open conversation"],
      ["Alt + M", "Go to the message to the member"],
      ["Alt + N", "Go to the private notes"],
      ["Alt + S", "Go to the summary"],
      ["Alt + Q", "Go to the queue"],
      ["Alt + K", "Show this help"],
      ["Enter", "In the message: send. In a private note: new line"],
      ["Shift + Enter", "In the message: new line"],
      ["Esc", "From a message back to the summary; close a dialog"],
    ],
    macNote: "On a Mac, Alt is the Option key, and these keys rest while you type.",
    marks: "Good to know",
    facts: [
      "Reading a conversation does not claim it. Each time it is opened goes into its history.",
      "While you are with a member the assistant is silent. In danger, the safety message still comes.",
      "Private notes have their own place on the right and their own color. The message to the member is always at the bottom.",
      "If your connection is gone for a minute, your conversations go back to the queue and the members are told.",
    ],
    close: "Close",
  },
};

export const callbacks = {
  empty: "No call-backs are due",
  emptyHint: "When no coach is here, members can leave a number and a time.",
  failed: "The call-backs can’t be shown right now.",
  late: "Late",
  today: "Today",
  tomorrow: "Tomorrow",
  windows: { morning: "Morning", afternoon: "Afternoon" },
  now: (time) => `${time} there now`,
  call: (phone) => `Call ${phone}`,
  attempts: (count) => (count === 1 ? "Tried once, no answer" : `Tried ${count} times, no answer`),
  lastNote: "Last note",
  take: "Take",
  takeLabel: (phone) => `Take the call-back to ${phone}`,
  reached: "Reached",
  noAnswer: "No answer",
  open: "Conversation",
  openLabel: (phone) => `Open the conversation of ${phone}`,
  yours: "You took this",
  takenBy: (name) => `${name} took this`,
  taken: "Another coach was faster. The list is up to date again.",
  note: "Note (optional)",
  reachedTitle: "You reached the member",
  reachedHappens: "The call-back is done and leaves the list.",
  noAnswerTitle: "No answer",
  noAnswerHappens: "The call-back stays on the list for another try.",
  save: "Save",
  saved: "Saved.",
  arrived: "New call-back",
};

export const problems = {
  VERSION_CONFLICT: "Something changed here meanwhile. You see the newest state now; what you typed is kept.",
  NOT_HOLDER: "This conversation is no longer with you. What you typed is kept.",
  NOT_WAITING: "This member is no longer waiting.",
  COACH_NOT_ON_DUTY: "That only works with a coach who is on duty.",
  MEMBER_OPTED_OUT: "This member stopped our text messages, so this was not sent. What you typed is kept.",
  CONVERSATION_NOT_FOUND: "This conversation is no longer on the desk.",
  CONVERSATION_CLOSED: "This conversation has been closed.",
  CALLBACK_NOT_FOUND: "This call-back is no longer on the list.",
  STORE_UNAVAILABLE: "The desk could not save that just now. Wait a moment, then try again.",
  FORBIDDEN: "Your role does not allow that.",
  RATE_LIMITED: "That was a lot at once. Wait a moment, then try again.",
  unreachable: "We could not reach the desk. Check your connection, then try again.",
  invalid: "The desk could not take that. Please change it and try again.",
  other: "Something went wrong on our side. Please try again.",
};
