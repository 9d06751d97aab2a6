// Who may act on the open conversation now, and which buttons say so?

import { byId, setText } from "./elements.js";
import { words } from "./words.js";

/**
 * The bar at the bottom and the buttons on top. `show` gets who holds the conversation and who looks at it, and gives back
 * whether this coach may write: then the message box stands where the bar was.
 */
export function createHolding({ onClaim, onReturn, onClose, onTransfer, onDuty }) {
  const bar = byId("claim-bar");
  const text = byId("claim-text");
  const claim = byId("claim");
  const duty = byId("claim-duty");
  const buttons = { return: byId("return"), close: byId("close"), transfer: byId("transfer") };

  claim.addEventListener("click", onClaim);
  duty.addEventListener("click", onDuty);
  buttons.return.addEventListener("click", onReturn);
  buttons.close.addEventListener("click", onClose);
  buttons.transfer.addEventListener("click", onTransfer);

  function say(holder, { me, isOnDuty, coach }) {
    if (holder === "waiting") return isOnDuty ? words.claim.happens(me.name) : words.claim.offDuty;
    if (holder === "coach") {
      const other = words.claim.other(coach?.name ?? words.events.someone);
      return me.role === "supervisor" ? `${other} ${words.claim.supervisor}` : other;
    }
    return holder === "closed" ? words.claim.closed : words.claim.assistant;
  }

  return {
    show({ holder, coach, me, isOnDuty }) {
      const isMine = holder === "coach" && coach?.id === me.id;
      const mayManage = isMine || (holder === "coach" && me.role === "supervisor");
      const hadFocus = document.activeElement === claim || document.activeElement === duty;
      bar.hidden = isMine;
      bar.dataset.holder = holder;
      if (!isMine) setText(text, say(holder, { me, isOnDuty, coach }));
      claim.hidden = holder !== "waiting" || !isOnDuty;
      duty.hidden = holder !== "waiting" || isOnDuty;
      buttons.return.hidden = !mayManage;
      buttons.transfer.hidden = !mayManage;
      buttons.close.hidden = !isMine;
      if (hadFocus && !isMine) (claim.hidden ? (duty.hidden ? byId("conversation-title") : duty) : claim).focus();
      return isMine;
    },
    setBusy(isBusy) {
      claim.setAttribute("aria-disabled", String(isBusy));
      setText(claim, isBusy ? words.claim.busy : words.claim.button);
    },
    get canClaim() {
      return !bar.hidden && !claim.hidden;
    },
  };
}
