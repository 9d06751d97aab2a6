// Who comes in? The first screen, and the reason why it is shown again.

import { signIn } from "./api.js";
import { byId } from "./elements.js";
import { words } from "./words.js";

/** `onSignedIn(session)` gets what the server says of the coach. */
export function createSignIn(onSignedIn) {
  const form = byId("sign-in-form");
  const name = byId("username");
  const password = byId("password");
  const reason = byId("sign-in-reason");
  const problem = byId("sign-in-problem");
  const button = form.querySelector("button");
  let busy = false;

  function tell(node, text) {
    node.hidden = !text;
    node.textContent = text ?? "";
  }

  function wordsFor(failure) {
    if (failure.code === "SIGN_IN_REFUSED" || failure.status === 401) return words.signIn.refused;
    if (failure.status === 429) return words.signIn.tooMany(failure.retryAfterS);
    return failure.status === 0 ? words.signIn.unreachable : failure.words;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    if (!name.value.trim() || !password.value) {
      tell(problem, words.signIn.empty);
      (name.value.trim() ? password : name).focus();
      return;
    }
    busy = true;
    tell(problem, null);
    button.setAttribute("aria-disabled", "true");
    button.textContent = words.signIn.busy;
    try {
      const session = await signIn(name.value.trim(), password.value);
      name.value = "";
      password.value = "";
      onSignedIn(session);
    } catch (failure) {
      tell(problem, wordsFor(failure));
      password.value = "";
      password.focus();
    }
    busy = false;
    button.removeAttribute("aria-disabled");
    button.textContent = words.signIn.submit;
  });

  return {
    /** Shows the screen; `why` is said above the fields, `trouble` beneath them. */
    show({ why = null, trouble = null } = {}) {
      document.body.dataset.screen = "sign-in";
      document.title = words.product;
      tell(reason, why);
      tell(problem, trouble);
      name.focus();
    },
  };
}
