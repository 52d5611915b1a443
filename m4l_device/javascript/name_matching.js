// Which parameter of a plug-in is which knob of a model, by their names.

/** A name without what its spelling is free in: `Filter Cutoff` and `filter_cutoff` are one. */
function plain(name) {
  return String(name)
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, "");
}

/**
 * Pairs knobs with parameters of the same name. Where several have it, the first knob of a name
 * gets its first parameter, the second its second: plug-ins keep their order.
 *
 * @param {string[]} knobs names of a model's knobs.
 * @param {string[]} parameters names of a plug-in's parameters.
 * @returns {number[]} index of a parameter for each knob; -1 where there is none.
 */
function matchNames(knobs, parameters) {
  const waiting = new Map();
  parameters.forEach((name, index) => {
    const key = plain(name);
    waiting.set(key, [...(waiting.get(key) ?? []), index]);
  });
  return knobs.map((name) => waiting.get(plain(name))?.shift() ?? -1);
}

exports.matchNames = matchNames;
