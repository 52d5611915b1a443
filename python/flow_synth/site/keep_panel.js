// Keeping what sounds: as a favourite of the browser, or as a preset file.

import { Favourites } from "./favourites.js";
import { FavouritesPanel } from "./favourites_panel.js";
import { part } from "./page_part.js";

/**
 * @typedef {import("./preset_files.js").PresetFiles} PresetFiles
 *
 * @typedef {object} Kept what is to be kept.
 * @property {() => Promise<ArrayLike<number>>} units where all knobs are.
 * @property {() => string} label what it is called if nobody names it.
 */

/** The form, the list, and what may be loaded again. */
export class KeepPanel {
  #root;
  #kept;
  #favourites;
  #list;
  #presets;

  /** Is told of what is done, and what to say if it takes long. */
  ondo = (/** @type {string} */ _sentence, /** @type {Promise<void>} */ _deed) => {};
  /** Is told where to go. */
  onchoose = (/** @type {ArrayLike<number>} */ _units, /** @type {string} */ _label) => {};
  /** Is told of a preset file to be loaded. */
  onfile = (/** @type {File} */ _file) => {};

  /**
   * @param {ParentNode} root
   * @param {Favourites} favourites
   * @param {PresetFiles} presets
   * @param {Kept} kept
   */
  constructor(root, favourites, presets, kept) {
    this.#root = root;
    this.#kept = kept;
    this.#favourites = favourites;
    this.#presets = presets;
    this.#list = new FavouritesPanel(/** @type {HTMLElement} */ (root), favourites);
    this.#list.onchoose = ({ units, name }) => this.onchoose(units, `favourite ${name}`);
    part(root, "[data-keep-favourite]").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.ondo("Loading the instrument…", this.#keep());
    });
    root.querySelectorAll("[data-save]").forEach((button) => {
      const suffix = /** @type {HTMLElement} */ (button).dataset.save ?? "";
      button.addEventListener("click", () => this.ondo("Saving…", this.#save(suffix)));
    });
    const input = part(root, "[data-preset-file]");
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = ""; // The same file may be chosen again.
      if (file) {
        this.onfile(file);
      }
    });
  }

  async #keep() {
    const units = await this.#kept.units();
    this.#favourites.keep(this.#name, units);
    this.#list.show();
    part(this.#root, "[data-name]").value = "";
  }

  /** @param {string} suffix */
  async #save(suffix) {
    const units = await this.#kept.units();
    await this.#presets.save(this.#name, suffix, units);
  }

  get #name() {
    return part(this.#root, "[data-name]").value.trim() || this.#kept.label();
  }
}
