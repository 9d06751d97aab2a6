// Whom did somebody promise to call, and when? The list of call-backs.

import { byId, element, formatDay, icon } from "./elements.js";
import { callbacks as text } from "./words_dialogs.js";
import { LOCALE, words } from "./words.js";

/** The calendar day and the time of day in a time zone: `{day: "2026-05-01", time: "10:42 AM", zone: "Eastern Time"}`. */
function clockIn(timeZone, now = new Date()) {
  const show = (options) => {
    try {
      return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone });
    } catch {
      return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" });
    }
  };
  const parts = Object.fromEntries(
    show({ year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(now).map(({ type, value }) => [type, value]),
  );
  const zone = show({ timeZoneName: "longGeneric" }).formatToParts(now).find(({ type }) => type === "timeZoneName");
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    time: show({ timeStyle: "short" }).format(now),
    zone: zone?.value ?? timeZone,
  };
}

function dayWords(day, today) {
  const nextDay = new Date(`${today}T00:00:00Z`);
  nextDay.setUTCDate(nextDay.getUTCDate() + 1);
  if (day === today) return text.today;
  if (day === nextDay.toISOString().slice(0, 10)) return text.tomorrow;
  return formatDay(day, { weekday: "long", month: "long", day: "numeric" });
}

/** A number as it is read in the United States; another one stays as it is. */
export function formatPhone(phone) {
  const us = /^\+?1?(\d{3})(\d{3})(\d{4})$/.exec(phone.replace(/[\s().-]/g, ""));
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : phone;
}

function phoneLink(phone) {
  const shown = formatPhone(phone);
  if (!/^[+\d\s().-]{3,}$/.test(phone)) return element("span", { class: "phone" }, shown);
  const href = `tel:${phone.replace(/[^+\d]/g, "")}`;
  return element("a", { class: "phone", href, "aria-label": text.call(shown) }, icon("phone"), shown);
}

/** The call-backs of `shift` (`{me}`). `onTake(callback)`, `onFinish(callback, isReached)` and `onOpen(conversationId)` hear what was pressed. */
export function createCallbacks({ shift, onTake, onFinish, onOpen, onReload }) {
  const panel = byId("callbacks");
  let shown = "";

  function row(callback) {
    const clock = clockIn(callback.time_zone);
    const isLate = callback.day < clock.day;
    const phone = formatPhone(callback.phone);
    const isMine = callback.coach?.id === shift.me.id && callback.status === "taken";
    const isOther = callback.status === "taken" && !isMine;
    const button = (label, kind, run, name) => element("button", { type: "button", class: kind, click: run, "aria-label": name }, label);
    return element(
      "li",
      { class: "callback", "data-callback": callback.id, "data-status": callback.status },
      element(
        "p",
        { class: "first" },
        isLate && element("span", { class: "urgent" }, icon("alert"), text.late),
        element("strong", {}, `${dayWords(callback.day, clock.day)}, ${text.windows[callback.window] ?? callback.window}`),
      ),
      phoneLink(callback.phone),
      element("p", { class: "about" }, `${clock.zone} · ${text.now(clock.time)}`),
      callback.attempts > 0 && element("p", { class: "about" }, text.attempts(callback.attempts)),
      callback.note && element("p", { class: "about" }, `${text.lastNote}: ${callback.note}`),
      isMine && element("p", { class: "when held" }, icon("person"), text.yours),
      isOther && element("p", { class: "when held" }, icon("person"), text.takenBy(callback.coach?.name ?? words.events.someone)),
      element(
        "p",
        { class: "buttons" },
        callback.status === "open" && button(text.take, "strong", () => onTake(callback), text.takeLabel(phone)),
        isMine && button(text.reached, "strong", () => onFinish(callback, true)),
        isMine && button(text.noAnswer, "quiet", () => onFinish(callback, false)),
        button(text.open, "plain", () => onOpen(callback.conversation_id), text.openLabel(phone)),
      ),
    );
  }

  const soonest = (a, b) => `${a.day}${a.window === "morning" ? 0 : 1}`.localeCompare(`${b.day}${b.window === "morning" ? 0 : 1}`);

  return {
    showLoading: () => shown || panel.replaceChildren(element("p", { class: "loading" }, words.loading)),
    showProblem() {
      shown = "";
      const again = element("button", { type: "button", class: "quiet", click: onReload }, words.tryAgain);
      panel.replaceChildren(element("div", { class: "empty" }, element("p", {}, text.failed), again));
    },
    show(list) {
      const due = list.filter((callback) => callback.status !== "done").sort(soonest);
      const picture = JSON.stringify([due, new Date().getMinutes()]);
      if (picture === shown) return;
      shown = picture;
      const focused = panel.contains(document.activeElement) ? document.activeElement.closest("[data-callback]")?.dataset.callback : null;
      panel.replaceChildren(
        due.length
          ? element("ol", { role: "list" }, ...due.map(row))
          : element("div", { class: "empty" }, icon("check"), element("p", { class: "strong-text" }, text.empty), element("p", {}, text.emptyHint)),
      );
      if (focused) (panel.querySelector(`[data-callback="${CSS.escape(focused)}"] button`) ?? byId("tab-callbacks")).focus();
    },
    clear() {
      shown = "";
      panel.replaceChildren();
    },
  };
}

