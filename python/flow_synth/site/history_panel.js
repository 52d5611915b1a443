// Undo and redo, by buttons and by the browser's own back and forward: every step is an entry of
// the browser's history of this tab.

import { part } from "./page_part.js";
import { StepHistory } from "./step_history.js";

/** @typedef {import("./step_history.js").Step} Step */

/** Steps of this tab, which outlive a reload as the browser's entries do. */
export class HistoryPanel {
  #root;
  #key;
  #steps;
  /** Where undo or redo is under way to: entries that are no step are passed over. */
  #wanted = 0;

  /** What is under way becomes a step, before one is undone. */
  onleave = async () => {};
  /** Is told of a step that was gone back, or forth, to. */
  onstep = (/** @type {Step} */ _step) => {};

  /** @param {HTMLElement} root @param {string} key of this model's steps. */
  constructor(root, key) {
    this.#root = root;
    this.#key = key;
    this.#steps = new StepHistory(kept(key), history.state?.step);
    part(root, "[data-undo]").addEventListener("click", () => void this.#walk(-1));
    part(root, "[data-redo]").addEventListener("click", () => void this.#walk(1));
    window.addEventListener("popstate", ({ state }) => this.#arrive(state));
    this.#show();
  }

  /** @returns {Step|undefined} */
  get current() {
    return this.#steps.current;
  }

  /** @param {ArrayLike<number>} units @param {string} label how one came there. */
  add(units, label) {
    const isFirst = !this.#steps.current;
    const { id } = this.#steps.add(label, units);
    if (isFirst) {
      history.replaceState({ step: id }, "");
    } else {
      history.pushState({ step: id }, "", location.pathname);
    }
    this.#show();
  }

  /** @param {number} by */
  async #walk(by) {
    await this.onleave();
    if (by < 0 ? this.#steps.canUndo : this.#steps.canRedo) {
      this.#wanted = by;
      history.go(by);
    }
  }

  /** @param {any} state of the entry that the browser has come to. */
  #arrive(state) {
    const wanted = this.#wanted;
    const { current } = this.#steps;
    if (!current) {
      return;
    }
    if (state?.step === undefined) {
      // A place on the page, such as where 'Skip to content' leads: there, nothing has changed.
      history.replaceState({ step: current.id }, "");
      return;
    }
    if (state.step === current.id) {
      if (wanted) {
        history.go(wanted);
      }
      return;
    }
    this.#wanted = 0;
    const step = this.#steps.goTo(state.step);
    if (step) {
      this.#show();
      this.onstep(step);
    }
  }

  #show() {
    const { steps, current, canUndo, canRedo } = this.#steps;
    sessionStorage.setItem(this.#key, JSON.stringify(steps));
    part(this.#root, "[data-undo]").disabled = !canUndo;
    part(this.#root, "[data-redo]").disabled = !canRedo;
    part(this.#root, "[data-step]").textContent = current
      ? `Step ${steps.indexOf(current) + 1} of ${steps.length}: ${current.label}.`
      : "Nothing yet: choose a candidate, or play.";
  }
}

/** @param {string} key @returns {Step[]} */
function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "[]");
  } catch {
    return []; // Not of this page.
  }
}
