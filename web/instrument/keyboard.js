// Which notes are held, and by what: a pitch that two keys hold ends with the later of them, and
// what a pedal keeps ends with the pedal.

/** Tells a player of the notes of all keyboards, each note once. */
export class Keyboard {
  #player;
  /** @type {Map<string, number>} pitches by what holds them. */
  #held = new Map();
  /** @type {Set<number>} pitches that only the pedal holds. */
  #sustained = new Set();
  #isPedalDown = false;

  /** Is told what is about to be pressed. @type {(key: string) => void} */
  onpress = () => {};

  /** @param {{note(pitch: number, velocity: number): void, releaseNotes(): void}} player */
  constructor(player) {
    this.#player = player;
  }

  /** Pitches that sound, the lowest first, for a page to show. */
  get pitches() {
    return [...new Set([...this.#held.values(), ...this.#sustained])].sort((a, b) => a - b);
  }

  /** @param {string} key whether it is down. */
  holds(key) {
    return this.#held.has(key);
  }

  /**
   * @param {string} key what is pressed; pressed twice it is struck again.
   * @param {number} pitch 0 to 127; others are left alone.
   * @param {number} velocity 1 to 127.
   */
  press(key, pitch, velocity) {
    if (!(pitch >= 0 && pitch <= 127)) {
      return;
    }
    this.onpress(key);
    this.release(key);
    this.#held.set(key, pitch);
    this.#sustained.delete(pitch);
    this.#player.note(pitch, velocity);
  }

  /** @param {string} key one that holds nothing is left alone. */
  release(key) {
    const pitch = this.#held.get(key);
    if (pitch === undefined) {
      return;
    }
    this.#held.delete(key);
    if ([...this.#held.values()].includes(pitch)) {
      return;
    }
    if (this.#isPedalDown) {
      this.#sustained.add(pitch);
    } else {
      this.#player.note(pitch, 0);
    }
  }

  /** @param {boolean} isDown */
  pedal(isDown) {
    this.#isPedalDown = isDown;
    if (!isDown) {
      this.#sustained.forEach((pitch) => this.#player.note(pitch, 0));
      this.#sustained.clear();
    }
  }

  /** Lets go of everything, the pedal, too. */
  releaseAll() {
    this.#held.clear();
    this.#sustained.clear();
    this.#isPedalDown = false;
    this.#player.releaseNotes();
  }
}
