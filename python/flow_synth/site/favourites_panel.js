// Favourites on the page; what another tab keeps or removes is seen here, too.

import { made, part } from "./page_part.js";

/**
 * @typedef {import("./favourites.js").Favourites} Favourites
 * @typedef {import("./favourites.js").Favourite} Favourite
 */

/** The list, with what can be done with each. */
export class FavouritesPanel {
  #list;
  #favourites;

  /** Is told which is to be gone to. */
  onchoose = (/** @type {Favourite} */ _favourite) => {};

  /** @param {HTMLElement} root @param {Favourites} favourites */
  constructor(root, favourites) {
    this.#list = part(root, "[data-favourites]");
    this.#favourites = favourites;
    window.addEventListener("storage", ({ key }) => {
      if (key === favourites.key || key === null) {
        this.show();
      }
    });
    this.show();
  }

  show() {
    const { list } = this.#favourites;
    const lines = list.map((one) => {
      const go = made("button", { type: "button", className: "quiet", textContent: one.name });
      go.addEventListener("click", () => this.onchoose(one));
      const remove = made("button", { type: "button", className: "quiet", textContent: "Remove" });
      remove.setAttribute("aria-label", `Remove ${one.name}`);
      remove.addEventListener("click", () => {
        this.#favourites.remove(one.name);
        this.show();
        this.#list.querySelector("button")?.focus();
      });
      return made("li", {}, go, remove);
    });
    const none = made("li", { className: "note", textContent: "None yet." });
    this.#list.replaceChildren(...(lines.length > 0 ? lines : [none]));
  }
}
