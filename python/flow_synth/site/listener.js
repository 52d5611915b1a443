// Sounds of the server, heard one at a time.

/** @typedef {import("./server.js").Server} Server */

/** Plays; what was heard once is kept, and heard again at once, even if the server is gone. */
export class Listener {
  #server;
  /** @type {AudioContext|undefined} */
  #context;
  /** @type {AudioBufferSourceNode|undefined} */
  #source;
  /** @type {Map<string, Promise<AudioBuffer>>} by address. */
  #kept = new Map();
  #nAsked = 0;

  /** Is told the address of what begins to sound; empty when it is over. */
  onplay = (/** @type {string} */ _address) => {};

  /** @param {Server} server */
  constructor(server) {
    this.#server = server;
  }

  /** @param {string} address of a sound that stays what it is. */
  async play(address) {
    const asked = this.#begin();
    const kept = this.#kept.get(address) ?? this.#decoded(this.#server.file("GET", address));
    this.#kept.set(address, kept);
    // One that failed must be asked for again.
    kept.catch(() => this.#kept.delete(address));
    this.#sound(await kept, address, asked);
  }

  /**
   * @param {Promise<{content: Blob}>} answer of a sound that is heard once.
   * @param {AbortSignal} [signal] ends this sound, and no other.
   */
  async playAnswer(answer, signal) {
    const asked = this.#begin();
    const buffer = await this.#decoded(answer);
    if (signal?.aborted) {
      return;
    }
    const source = this.#sound(buffer, "", asked);
    const end = () => source === this.#source && this.stop();
    if (source) {
      signal?.addEventListener("abort", end, { once: true });
    }
  }

  stop() {
    this.#source?.stop();
    this.#source = undefined;
    this.onplay("");
  }

  /** Forgets what is kept: it belongs to another sound. */
  forget() {
    this.stop();
    this.#kept.clear();
  }

  /** Made at a click or key, or browsers keep it silent. @returns {number} */
  #begin() {
    this.#context ??= new AudioContext();
    void this.#context.resume();
    return ++this.#nAsked;
  }

  /** @param {Promise<{content: Blob}>} answer */
  async #decoded(answer) {
    const { content } = await answer;
    const context = /** @type {AudioContext} */ (this.#context);
    return context.decodeAudioData(await content.arrayBuffer());
  }

  /**
   * @param {AudioBuffer} buffer
   * @param {string} address
   * @param {number} asked
   * @returns {AudioBufferSourceNode|undefined} undefined if another was asked for in the meantime.
   */
  #sound(buffer, address, asked) {
    if (asked !== this.#nAsked) {
      return undefined;
    }
    this.stop();
    const context = /** @type {AudioContext} */ (this.#context);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.onended = () => source === this.#source && this.stop();
    source.start();
    this.#source = source;
    this.onplay(address);
    return source;
  }
}
