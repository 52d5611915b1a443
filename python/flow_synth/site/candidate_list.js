// Presets that sound like the sound, the nearest first, to be heard beside it and chosen.

import { made, part } from "./page_part.js";
import { isElsewhere } from "./unit_values.js";

/**
 * @typedef {import("./listener.js").Listener} Listener
 *
 * @typedef {object} Candidate
 * @property {number} rank from 1 on.
 * @property {string} name
 * @property {number[]} units
 * @property {number|null} similarity_percent null, as all of these, if it could not be measured.
 * @property {number|null} mss_db
 * @property {number|null} sc
 * @property {number|null} level_db
 * @property {string[]} remarks
 * @property {string} audio its address.
 */

/** The list, and which of it is heard and chosen. */
export class CandidateList {
  #list;
  #listener;
  /** @type {Candidate[]} */
  #candidates = [];
  /** The one with the knobs that the synth has; -1 for none. */
  #chosen = -1;
  #heard = "";
  /** Where the synth is. @type {ArrayLike<number>} */
  #units = [];

  /** Is told which is to be gone to. */
  onchoose = (/** @type {Candidate} */ _candidate) => {};
  /** Is told which is compared with the original. */
  oncompare = (/** @type {Candidate|undefined} */ _candidate) => {};
  /** Is told what went wrong. */
  onproblem = (/** @type {any} */ _error) => {};

  /** @param {HTMLElement} root @param {Listener} listener */
  constructor(root, listener) {
    this.#list = /** @type {HTMLElement} */ (part(root, "[data-candidates]"));
    this.#listener = listener;
    this.#list.addEventListener("click", ({ target }) => {
      const button = /** @type {any} */ (target).closest("button");
      if (button) {
        this.#take(Number(button.closest("li").dataset.index), button.dataset.deed);
      }
    });
  }

  /** @param {Candidate[]} candidates */
  show(candidates) {
    this.#candidates = candidates;
    // Lines are kept, for one of them may have the focus.
    while (this.#list.children.length > candidates.length) {
      this.#list.lastElementChild?.remove();
    }
    while (this.#list.children.length < candidates.length) {
      this.#list.append(line(this.#list.children.length));
    }
    this.#chosen = this.#at();
    this.oncompare(candidates[Math.max(this.#chosen, 0)]);
    this.#draw();
  }

  /** Marks the one where the synth is, if it is at one. @param {ArrayLike<number>} units */
  follow(units) {
    this.#units = units;
    const chosen = this.#at();
    if (chosen !== this.#chosen) {
      this.#chosen = chosen;
      if (chosen >= 0) {
        this.oncompare(this.#candidates[chosen]);
      }
      this.#draw();
    }
  }

  /** @param {string} address of what sounds. */
  mark(address) {
    this.#heard = address;
    this.#draw();
  }

  /** @param {number} index @param {string} deed */
  #take(index, deed) {
    const candidate = this.#candidates[index];
    this.oncompare(candidate);
    if (deed === "choose") {
      this.onchoose(candidate);
    } else if (this.#heard === candidate.audio) {
      this.#listener.stop();
    } else {
      this.#listener.play(candidate.audio).catch(this.onproblem);
    }
    this.#draw();
  }

  #at() {
    const isAt = (/** @type {Candidate} */ { units }) => !isElsewhere(units, this.#units);
    return this.#units.length > 0 ? this.#candidates.findIndex(isAt) : -1;
  }

  #draw() {
    this.#candidates.forEach((candidate, index) => {
      const row = this.#list.children[index];
      const write = (/** @type {string} */ name, /** @type {string} */ text) => {
        part(row, `[data-part=${name}]`).textContent = text;
      };
      const { similarity_percent: similarity, mss_db: mss, sc, level_db: level } = candidate;
      write("percent", `${number(similarity, 0)} % similar`);
      write("figures", `${number(mss, 1)} dB away, spectral convergence ${number(sc, 2)}, level ${number(level, 1, "+")} dB.`);
      write("remarks", candidate.remarks.join(" "));
      part(row, ".share").style.setProperty("--unit", String((similarity ?? 0) / 100));
      const hear = part(row, "[data-deed=hear]");
      const isHeard = this.#heard === candidate.audio;
      hear.textContent = isHeard ? "Stop" : "Hear";
      hear.classList.toggle("is-playing", isHeard);
      part(row, "[data-deed=choose]").setAttribute("aria-pressed", String(index === this.#chosen));
    });
  }
}

/** @param {number} index */
function line(index) {
  const piece = (/** @type {string} */ tag, /** @type {string} */ name) => {
    const element = made(tag);
    element.dataset.part = name;
    return element;
  };
  const button = (/** @type {string} */ deed, /** @type {string} */ text) => {
    const element = made("button", { type: "button", textContent: text });
    element.dataset.deed = deed;
    element.setAttribute("aria-label", `${text} candidate ${index + 1}`);
    return element;
  };
  const row = made(
    "li",
    { className: "candidate" },
    made("div", {}, piece("b", "percent"), made("i", { className: "share" })),
    made("p", { className: "note" }, piece("span", "figures"), " ", piece("span", "remarks")),
    made("div", { className: "deeds" }, button("hear", "Hear"), button("choose", "Choose")),
  );
  row.dataset.index = String(index);
  return row;
}

/**
 * @param {number|null} value null if it could not be measured.
 * @param {number} digits
 * @param {string} [plus] before a number that is not negative.
 */
function number(value, digits, plus = "") {
  if (value === null) {
    return "?";
  }
  return `${value < 0 ? "−" : plus}${Math.abs(value).toFixed(digits)}`;
}
