// Presets that are saved in the Set.

/**
 * @typedef {object} StoredPreset
 * @property {string} name
 * @property {number[]} units unit values of the knobs.
 * @property {boolean} isFavourite
 */

function inOrder(one, other) {
  return (
    Number(other.isFavourite) - Number(one.isFavourite) || one.name.localeCompare(other.name)
  );
}

/** Presets by name, favourites first. */
class PresetStore {
  /** @param {StoredPreset[]} presets in any order. */
  constructor(presets = []) {
    this.presets = [...presets].sort(inOrder);
  }

  /**
   * @param {number} index
   * @returns {StoredPreset|undefined} the one at an index.
   */
  at(index) {
    return this.presets[index];
  }

  /** Index of a name; -1 where there is none. */
  find(name) {
    return this.presets.findIndex((preset) => preset.name === name);
  }

  /**
   * Keeps a sound under a name, in the place of one that has it already.
   *
   * @param {string} name
   * @param {number[]} units unit values of the knobs.
   * @returns {boolean} whether there was one.
   */
  save(name, units) {
    const known = this.at(this.find(name));
    if (known) {
      known.units = [...units];
      return true;
    }
    this.presets.push({ name, units: [...units], isFavourite: false });
    this.presets.sort(inOrder);
    return false;
  }

  /** A name that is free: `Preset 1`, `Preset 2` and so on. */
  freeName() {
    let number = 1;
    while (this.find(`Preset ${number}`) >= 0) {
      number += 1;
    }
    return `Preset ${number}`;
  }

  /** Makes a favourite of one that is none, and the other way round. */
  toggleFavourite(index) {
    const preset = this.at(index);
    if (preset) {
      preset.isFavourite = !preset.isFavourite;
      this.presets.sort(inOrder);
    }
  }

  /** @returns {StoredPreset|undefined} what was taken out. */
  remove(index) {
    return index in this.presets ? this.presets.splice(index, 1)[0] : undefined;
  }
}

exports.PresetStore = PresetStore;
