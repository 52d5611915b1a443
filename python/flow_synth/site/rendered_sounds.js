// Sounds of notes that the server plays.

/**
 * @typedef {import("./server.js").Server} Server
 *
 * @typedef {object} Played
 * @property {ArrayLike<number>} units where all knobs stand.
 * @property {number} pitch 0 to 127.
 * @property {number} velocity 1 to 127.
 */

/** Each takes one and a half megabytes. */
const MOST_KEPT = 32;

/**
 * @param {Server} server
 * @param {Played} played
 * @param {AbortSignal} [signal] gives it up.
 * @returns {Promise<{content: Blob}>} WAV.
 */
export function rendered(server, { units, pitch, velocity }, signal) {
  const json = { units: Array.from(units), note: pitch, velocity };
  return server.file("POST", "/api/render", { json, signal });
}

/** What was heard last is kept, and heard again at once. */
export class RenderedSounds {
  #server;
  #context;
  /** The latest last. @type {Map<string, AudioBuffer>} */
  #kept = new Map();

  /** @param {Server} server @param {BaseAudioContext} context that decodes them. */
  constructor(server, context) {
    this.#server = server;
    this.#context = context;
  }

  /** @param {Played} played @returns {Promise<AudioBuffer>} */
  async get(played) {
    const key = `${played.pitch} ${played.velocity} ${played.units}`;
    const sound = this.#kept.get(key) ?? (await this.#asked(played));
    this.#kept.delete(key);
    this.#kept.set(key, sound);
    if (this.#kept.size > MOST_KEPT) {
      const [oldest] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    return sound;
  }

  /** @param {Played} played */
  async #asked(played) {
    const { content } = await rendered(this.#server, played);
    return this.#context.decodeAudioData(await content.arrayBuffer());
  }
}
