// One key of the computer that does something wherever the focus is, unless one types there.

import { isTyping } from "../../../web/instrument/computer_keys.js";

/**
 * @param {string} code by where the key lies.
 * @param {() => void} act
 */
export function bindKey(code, act) {
  window.addEventListener("keydown", (event) => {
    const isOther = event.repeat || event.ctrlKey || event.altKey || event.metaKey;
    if (event.code === code && !isTyping(event.target) && !isOther) {
      act();
    }
  });
}
