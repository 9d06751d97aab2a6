// Which keys work everywhere on the desk? All with Alt, none alone: a letter alone would belong to a screen reader.

const IS_MAC = /Mac|iPad|iPhone/.test(navigator.platform);

const isTextField = (node) => node instanceof HTMLTextAreaElement || node instanceof HTMLInputElement;

/** `actions` maps a letter to what it does; `onPlace(n)` hears Alt+1 to Alt+9. Returns a function that takes the keys away. */
export function listenToKeys(actions, onPlace) {
  function hear(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.getModifierState("AltGraph")) return;
    // On a Mac Option and a letter writes ñ or ç: in a text that comes first.
    if (IS_MAC && isTextField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    const act = digit ? () => onPlace(Number(digit)) : actions[/^Key([A-Z])$/.exec(event.code)?.[1]];
    if (!act) return;
    event.preventDefault();
    act();
  }

  addEventListener("keydown", hear);
  return () => removeEventListener("keydown", hear);
}
