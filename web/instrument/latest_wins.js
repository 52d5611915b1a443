// Knobs are turned faster than they are heard. Of each, only the latest position waits while
// others are under way, so that the audio thread has a short queue however fast a hand is.

/**
 * @typedef {object} Waiting
 * @property {() => Promise<any>} send
 * @property {Promise<any>} promise
 * @property {(result: any) => void} resolve a promise counts as what it becomes.
 */

/** Of every key the latest, one batch after the other. */
export class LatestWins {
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  #nUnderWay = 0; // Batches.

  /**
   * Sends now, or when what is under way has been answered; earlier ones of the key never will be.
   *
   * @param {string} key
   * @param {() => Promise<any>} send
   * @returns {Promise<any>} of what was sent at last.
   */
  put(key, send) {
    const entry = this.#waiting.get(key) ?? waiting(send);
    entry.send = send;
    this.#waiting.set(key, entry);
    if (this.#nUnderWay === 0) {
      this.flush();
    }
    return entry.promise;
  }

  /**
   * The same, and nothing that waits is sent any more: it would come to nothing.
   *
   * @param {string} key
   * @param {() => Promise<any>} send
   * @returns {Promise<any>}
   */
  replace(key, send) {
    const others = [...this.#waiting.values()];
    this.#waiting.clear();
    const promise = this.put(key, send);
    others.forEach(({ resolve }) => resolve(promise));
    return promise;
  }

  /** Sends what waits now, for something else is to come after it. */
  flush() {
    const batch = [...this.#waiting.values()];
    this.#waiting.clear();
    if (batch.length === 0) {
      return;
    }
    ++this.#nUnderWay;
    const sent = batch.map(({ send, resolve }) => {
      const answer = send();
      resolve(answer);
      return answer;
    });
    Promise.allSettled(sent).then(() => {
      if (--this.#nUnderWay === 0) {
        this.flush();
      }
    });
  }
}

/**
 * @param {() => Promise<any>} send
 * @returns {Waiting}
 */
function waiting(send) {
  /** @type {any} */
  const entry = { send };
  entry.promise = new Promise((resolve) => (entry.resolve = resolve));
  return entry;
}
