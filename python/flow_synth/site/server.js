// What is asked of the server that the page came from. A server that does not answer is asked
// again until it does; a question that nobody waits for any more is given up with its signal.

/** Why the server refused, in one sentence. */
export class Refused extends Error {
  /** @param {string} sentence @param {number} status of the answer. */
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }

  /** Whether what was asked for is not there any more: the server has started anew. */
  get isLost() {
    return this.status === 404 || this.status === 409;
  }
}

const AGAIN_MS = 1500;

/**
 * @typedef {object} Question
 * @property {any} [json] sent as JSON.
 * @property {Blob} [content] sent as it is.
 * @property {AbortSignal} [signal] gives it up.
 */

/** Asks, again and again if it must. */
export class Server {
  #isThere = true;

  /** Is told when the server is gone, and when it is there again. */
  onchange = (/** @type {boolean} */ _isThere) => {};

  /**
   * @param {string} method
   * @param {string} address
   * @param {Question} [question]
   * @returns {Promise<any>} of JSON.
   */
  async json(method, address, question) {
    return this.#asked(method, address, question, (answer) => answer.json());
  }

  /**
   * @param {string} method
   * @param {string} address
   * @param {Question} [question]
   * @returns {Promise<{content: Blob, name: string}>} a file, with the name that the server gives.
   */
  async file(method, address, question) {
    return this.#asked(method, address, question, async (answer) => ({
      content: await answer.blob(),
      name: fileName(answer.headers.get("Content-Disposition") ?? ""),
    }));
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} address
   * @param {Question} question
   * @param {(answer: Response) => Promise<T>} read
   * @returns {Promise<T>}
   */
  async #asked(method, address, { json, content, signal } = {}, read) {
    /** @type {RequestInit} */
    const request = { method, signal };
    if (json !== undefined) {
      request.headers = { "Content-Type": "application/json" };
      request.body = JSON.stringify(json);
    }
    if (content) {
      request.body = await contentOf(content);
    }
    for (;;) {
      try {
        const answer = await fetch(address, request);
        const value = answer.ok ? await read(answer) : await complaint(answer);
        this.#tell(true);
        if (value instanceof Refused) {
          throw value;
        }
        return value;
      } catch (error) {
        // Nobody answered, or the answer broke off; asked again, all else would only fail again.
        if (!(error instanceof TypeError) || signal?.aborted) {
          throw error;
        }
        this.#tell(false);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        signal?.throwIfAborted();
      }
    }
  }

  /** @param {boolean} isThere */
  #tell(isThere) {
    if (isThere !== this.#isThere) {
      this.#isThere = isThere;
      this.onchange(isThere);
    }
  }
}

/**
 * Read before anything is asked: a file that is gone would look like a server that does not answer.
 *
 * @param {Blob} file
 * @returns {Promise<ArrayBuffer>}
 * @throws {Error} if it cannot be read.
 */
async function contentOf(file) {
  try {
    return await file.arrayBuffer();
  } catch {
    const name = file instanceof File ? file.name : "the recording";
    throw new Error(
      `${name} cannot be read: it is a folder, or was changed or deleted; choose a file once more`,
    );
  }
}

/** @param {Response} answer @returns {Promise<Refused>} */
async function complaint(answer) {
  const text = await answer.text();
  try {
    return new Refused(JSON.parse(text).error, answer.status);
  } catch {
    return new Refused(`the server answers ${answer.status} ${answer.statusText}`, answer.status);
  }
}

/** @param {string} disposition @returns {string} empty if it gives none. */
export function fileName(disposition) {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition);
  if (encoded) {
    return decodeURIComponent(encoded[1]);
  }
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? "";
}
