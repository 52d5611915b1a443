import assert from "node:assert/strict";
import { test } from "node:test";

import { Favourites } from "../../python/flow_synth/site/favourites.js";

const KEY = "flow-synth explore builtin favourites";

/** What a browser keeps, for both of two tabs. */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
}

const names = (/** @type {Favourites} */ favourites) => favourites.list.map(({ name }) => name);

test("what is kept is there, the newest first, until it is removed", () => {
  const favourites = new Favourites(storage(), KEY, 2);
  assert.deepEqual(favourites.list, []);
  favourites.keep("Bell", Float32Array.of(0.5, 1));
  favourites.keep("Pad", [0, 0.25]);
  assert.deepEqual(favourites.list, [
    { name: "Pad", units: [0, 0.25] },
    { name: "Bell", units: [0.5, 1] },
  ]);
  favourites.remove("Pad");
  assert.deepEqual(names(favourites), ["Bell"]);
});

test("a name that is taken gets a number, and nothing is lost", () => {
  const favourites = new Favourites(storage(), KEY, 1);
  const kept = ["Bell", "Bell", "Bell"].map((name) => favourites.keep(name, [0]));
  assert.deepEqual(kept, ["Bell", "Bell 2", "Bell 3"]);
});

test("two tabs keep each other's", () => {
  const shared = storage();
  const [one, other] = [new Favourites(shared, KEY, 1), new Favourites(shared, KEY, 1)];
  one.keep("Bell", [0]);
  other.keep("Pad", [1]);
  assert.deepEqual(names(one), ["Pad", "Bell"]);
});

test("what is broken, or of another model, is left out", () => {
  const shared = storage();
  const favourites = new Favourites(shared, KEY, 2);
  shared.setItem(KEY, "no JSON");
  assert.deepEqual(favourites.list, []);
  shared.setItem(KEY, '{"name": "no list"}');
  assert.deepEqual(favourites.list, []);
  const strange = [null, 1, { name: "A", units: [1] }, { name: 2, units: [0, 1] }, { name: "B", units: [0, null] }];
  shared.setItem(KEY, JSON.stringify([...strange, { name: "Bell", units: [0, 1] }]));
  assert.deepEqual(names(favourites), ["Bell"]);
});

test("a full storage says what to do", () => {
  const full = { getItem: () => null, setItem: () => { throw new Error("QuotaExceededError"); } };
  assert.throws(() => new Favourites(full, KEY, 1).keep("Bell", [0]), /remove favourites/);
});
