// Favourites of a model, in a storage that all tabs share: whoever changes them reads them first.

/**
 * @typedef {object} Favourite
 * @property {string} name no two have the same.
 * @property {number[]} units
 */

/** A list by name. */
export class Favourites {
  #storage;
  #nKnobs;

  /**
   * @param {Pick<Storage, "getItem"|"setItem">} storage
   * @param {string} key of this model's list, by which other tabs tell of it.
   * @param {number} nKnobs
   */
  constructor(storage, key, nKnobs) {
    this.#storage = storage;
    this.key = key;
    this.#nKnobs = nKnobs;
  }

  /** @returns {Favourite[]} what fits the model, the newest first. */
  get list() {
    try {
      const found = JSON.parse(this.#storage.getItem(this.key) ?? "[]");
      return found.filter((/** @type {any} */ one) => this.#isOne(one));
    } catch {
      return []; // Not of this page, or broken: what is kept next takes its place.
    }
  }

  /**
   * @param {string} name one that is taken gets a number.
   * @param {ArrayLike<number>} units
   * @returns {string} the name that it got.
   */
  keep(name, units) {
    const { list } = this;
    const isTaken = (/** @type {string} */ text) => list.some((one) => one.name === text);
    let free = name;
    for (let number = 2; isTaken(free); ++number) {
      free = `${name} ${number}`;
    }
    this.#write([{ name: free, units: Array.from(units) }, ...list]);
    return free;
  }

  /** @param {string} name */
  remove(name) {
    this.#write(this.list.filter((one) => one.name !== name));
  }

  /** @param {Favourite[]} list */
  #write(list) {
    try {
      this.#storage.setItem(this.key, JSON.stringify(list));
    } catch {
      throw new Error("the browser keeps nothing more for this page; remove favourites first");
    }
  }

  /** @param {any} one */
  #isOne(one) {
    return (
      typeof one?.name === "string" &&
      Array.isArray(one.units) &&
      one.units.length === this.#nKnobs &&
      one.units.every(Number.isFinite)
    );
  }
}
