// Which plan does the member have? Asked beside the greeting, never required.

import { element } from "./elements.js";

/** The plan buttons under the greeting. `onChoose(planId)` starts the conversation with that plan. */
export function createStarter({ onChoose }) {
  const panel = document.getElementById("starter");
  const buttons = document.getElementById("plans");

  return {
    offer(plans) {
      buttons.replaceChildren(
        ...plans.map((plan) =>
          element(
            "button",
            { type: "button", class: "choice", "aria-pressed": "false", "data-plan": plan.id, click: () => onChoose(plan.id) },
            plan.name,
          ),
        ),
      );
    },
    show(isWanted, planId) {
      panel.hidden = !isWanted || buttons.children.length === 0;
      for (const button of buttons.children) button.setAttribute("aria-pressed", String(button.dataset.plan === planId));
    },
  };
}
