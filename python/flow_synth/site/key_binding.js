// One key of the computer that does something wherever the focus is, unless one types there.

/**
 * @param {string} code by where the key lies.
 * @param {() => void} act
 */
export function bindKey(code, act) {
  window.addEventListener("keydown", (event) => {
    const isTyped = /** @type {any} */ (event.target)?.closest?.("input:not([type=range]), select");
    const isOther = event.repeat || event.ctrlKey || event.altKey || event.metaKey;
    if (event.code === code && !isTyped && !isOther) {
      act();
    }
  });
}
