// How does the console begin, and how does one coach's shift follow another in this tab?

import { onSignedOut, readSession, readSite, signOut } from "./api.js";
import { createDesk } from "./desk.js";
import { closeDialog } from "./dialog.js";
import { askLeave } from "./decisions.js";
import { createDrafts } from "./drafts.js";
import { byId, fillWords } from "./elements.js";
import { watchPresence } from "./presence.js";
import { createSignIn } from "./sign_in.js";
import { words } from "./words.js";

fillWords(document);

let plans = new Map();
let shift = null;
let presence = null;
let isLeaving = false;
// What the last coach had typed when the session ran out: it waits for that coach, and for no other.
let kept = { coachId: null, drafts: null };

const desk = createDesk();
const signInScreen = createSignIn(begin);

function begin(session) {
  const drafts = createDrafts(kept.coachId === session.coach.id ? kept.drafts : new Map());
  kept = { coachId: null, drafts: null };
  shift = {
    me: session.coach,
    isOnDuty: session.coach.on_duty,
    planName: (plan) => plan?.name ?? plans.get(plan) ?? plan ?? null,
    drafts,
    line: null,
  };
  byId("demo").hidden = !session.demo;
  document.body.dataset.screen = "desk";
  desk.start(shift);
  presence = watchPresence({
    idleS: session.idle_seconds,
    holdsAny: () => desk.heldCount() > 0,
    onDuty: (isOnDuty) => desk.takeDuty(isOnDuty),
    onBeat: (isKept) => desk.takeBeat(isKept),
    onIdle: () => {
      // The server counts too; this makes sure that both ends come together.
      signOut().catch(() => {});
      end(words.signIn.idle, { keepsDrafts: true });
    },
    onLeave: leave,
  });
  byId("conversation").focus({ preventScroll: true });
}

/** Takes everything off the screen; only what was typed may stay, in memory, for the same coach. */
function end(why, { keepsDrafts = false } = {}) {
  if (!shift) return;
  presence.stop();
  closeDialog();
  desk.stop();
  const drafts = shift.drafts.written();
  if (keepsDrafts && drafts.size) kept = { coachId: shift.me.id, drafts };
  shift = null;
  signInScreen.show({ why: [why, keepsDrafts && drafts.size && words.signIn.drafts].filter(Boolean).join(" ") });
}

async function leave() {
  isLeaving = true;
  try {
    await signOut();
    end(words.signIn.left);
  } catch (problem) {
    if (problem.status === 401) end(words.signIn.left);
    else desk.showProblem(problem);
  }
  isLeaving = false;
}

/** The server says that the session has ended: after "Sign out" the line may say so before the answer is here. */
function hearEnd() {
  if (isLeaving) end(words.signIn.left);
  else end(words.signIn.idle, { keepsDrafts: true });
}

onSignedOut(hearEnd);
desk.onSignedOut = hearEnd;

byId("sign-out").addEventListener("click", () => {
  const held = desk.heldCount();
  if (held) askLeave(held, leave);
  else leave();
});

addEventListener("beforeunload", (event) => {
  if (shift && desk.heldCount() > 0) event.preventDefault();
});

const site = await readSite();
plans = new Map((site.plans ?? []).map((plan) => [plan.id, plan.name]));
byId("demo").hidden = !site.demo;
try {
  begin(await readSession());
} catch (problem) {
  if (problem.status === undefined) throw problem;
  signInScreen.show({ trouble: problem.status === 401 ? null : words.signIn.unreachable });
}
