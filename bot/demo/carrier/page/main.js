// What happens on the page: which phone is in hand, whom it texts, and what is typed and sent?

import { loadSetup, sendText, watchInbox } from "./api.js";
import { element, icon, readable } from "./elements.js";
import { isEndShown, showEnd, showTexts } from "./texts.js";

const SUGGESTIONS = ["What is gene therapy?", "I want to talk to a nurse", "HELP"];
const NO_SIGNAL = "No connection. Trying again.";
const NOT_SENT = "Your text was not sent. Please try again.";

const CLOCK = new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit" });

const find = (id) => document.getElementById(id);
const message = find("message");
const device = document.querySelector(".device");

const state = { phones: [], plans: [], phone: null, plan: null, texts: [], optedOut: [], read: {}, drafts: {} };
let watching = new AbortController();

start();

async function start() {
  let wait = 500;
  for (;;) {
    try {
      Object.assign(state, await loadSetup());
      break;
    } catch {
      showLine(NO_SIGNAL);
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(2 * wait, 8000);
    }
  }
  const asked = new URLSearchParams(location.hash.slice(1));
  state.phone = state.phones.find((phone) => phone.number === asked.get("phone")) ?? state.phones[0];
  state.plan = state.plans.find((plan) => plan.number === asked.get("plan")) ?? state.plans[0];
  const initial = (phone) => element("span", { class: "avatar", "aria-hidden": "true" }, phone.name[0]);
  offer("phones", state.phones, state.phone, initial, takePhone);
  offer("plans", state.plans, state.plan, () => icon("mark", "avatar plan"), openPlan);
  const suggest = (words) => element("button", { type: "button", click: () => propose(words) }, words);
  document.querySelector(".suggestions").replaceChildren(...SUGGESTIONS.map(suggest));
  showClock();
  setInterval(showClock, 5000);
  takePhone(state.phone);
}

function offer(name, choices, chosen, picture, choose) {
  const options = choices.map((choice) => {
    const { number } = choice;
    const attributes = { type: "radio", name, value: number, checked: choice === chosen, change: () => choose(choice) };
    const who = element("span", { class: "who" }, element("b", {}, choice.name), element("small", {}, readable(number)));
    return element("label", { class: "option", "data-number": number }, element("input", attributes), picture(choice), who);
  });
  find(name).querySelector(".options").replaceChildren(...options);
  find(name).querySelector(":checked").closest(".option").scrollIntoView({ block: "nearest", inline: "nearest" });
}

function takePhone(phone) {
  keepDraft();
  state.phone = phone;
  state.texts = [];
  watching.abort();
  watching = new AbortController();
  let isFirst = true;
  showPlan(state.plan);
  watchInbox(
    phone.number,
    watching.signal,
    (inbox) => {
      showLine("");
      state.texts = inbox.texts;
      state.optedOut = inbox.opted_out;
      show(isFirst);
      isFirst = false;
    },
    () => showLine(NO_SIGNAL),
  );
}

function openPlan(plan) {
  keepDraft();
  showPlan(plan);
}

function showPlan(plan) {
  state.plan = plan;
  history.replaceState(null, "", `#${new URLSearchParams({ phone: state.phone.number, plan: plan.number })}`);
  find("contact-name").textContent = plan.name;
  find("contact-number").textContent = readable(plan.number);
  find("starter-words").textContent = `Text ${plan.name} from ${state.phone.name}’s phone. For example:`;
  message.value = state.drafts[pair()] ?? "";
  fitMessage();
  find("notice").hidden = true;
  show(true);
}

const pair = () => `${state.phone.number} ${state.plan.number}`;

function keepDraft() {
  state.drafts[pair()] = message.value;
}

function show(isNewConversation) {
  const ofPlan = (plan) => state.texts.filter((text) => text.number === plan.number);
  const texts = ofPlan(state.plan);
  find("starter").hidden = texts.length > 0;
  find("opted-out").hidden = !state.optedOut.includes(state.plan.number);
  state.read[pair()] = texts.at(-1)?.sid;
  showTexts(texts, state.plan.name, isNewConversation);
  for (const plan of state.plans) showUnread(plan, ofPlan(plan));
}

function showUnread(plan, texts) {
  const read = texts.findIndex((text) => text.sid === state.read[`${state.phone.number} ${plan.number}`]);
  const count = texts.slice(read + 1).filter((text) => text.direction !== "inbound").length;
  const option = document.querySelector(`#plans [data-number="${plan.number}"]`);
  option.querySelector(".unread")?.remove();
  if (count === 0) return;
  const noun = element("span", { class: "unseen" }, count === 1 ? " new text" : " new texts");
  option.append(element("span", { class: "unread" }, String(count), noun));
}

function showLine(words) {
  find("line").hidden = words === "";
  find("line").textContent = words;
  device.dataset.signal = words === "" ? "full" : "none";
}

function showClock() {
  find("clock").textContent = CLOCK.format(new Date()).replace(/\s?[AP]M/, "");
}

function propose(words) {
  message.value = words;
  fitMessage();
  message.focus();
}

function fitMessage() {
  const isAtEnd = isEndShown();
  message.style.height = "auto";
  message.style.height = `${message.scrollHeight + 2}px`;
  if (isAtEnd && state.texts.length > 0) showEnd();
}

message.addEventListener("input", fitMessage);
message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  find("composer").requestSubmit();
});

find("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const send = find("send");
  const body = message.value.trim();
  if (body === "" || send.getAttribute("aria-disabled") === "true") return;
  const [phone, plan, key] = [state.phone, state.plan, pair()];
  send.setAttribute("aria-disabled", "true");
  find("notice").hidden = true;
  try {
    await sendText(phone.number, plan.number, body);
    state.drafts[key] = "";
    if (key === pair()) {
      message.value = "";
      fitMessage();
      message.focus();
    }
  } catch {
    find("notice").textContent = NOT_SENT;
    find("notice").hidden = false;
  } finally {
    send.removeAttribute("aria-disabled");
  }
});
