// The keys of the page's piano, under pointers and under the computer's own keys.

const VELOCITY = 100;

/** @typedef {import("../../../web/instrument/keyboard.js").Keyboard} Keyboard */

/**
 * @param {HTMLElement[]} keys each with its pitch.
 * @param {Keyboard} keyboard
 */
export function bindPiano(keys, keyboard) {
  keys.forEach((key) => {
    const pitch = Number(key.dataset.pitch);
    const down = () => {
      keyboard.press(`piano ${pitch}`, pitch, VELOCITY);
      key.classList.add("is-down");
    };
    const up = () => {
      keyboard.release(`piano ${pitch}`);
      key.classList.remove("is-down");
    };
    key.addEventListener("pointerdown", down);
    ["pointerup", "pointerleave", "pointercancel", "blur"].forEach((name) =>
      key.addEventListener(name, up),
    );
    key.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && !event.repeat) {
        event.preventDefault();
        down();
      }
    });
    key.addEventListener("keyup", up);
  });
}
