// The instrument on a page: an AudioContext, the worklet that sounds, and what is asked of it.

import { LatestWins } from "./latest_wins.js";
import { limited } from "./limiter.js";
import { Refusal } from "./refusal.js";

/**
 * @typedef {import("./description.js").Description} Description
 * @typedef {import("./description.js").State} State
 *
 * @typedef {object} Files where the parts are; a page that is opened from disk gives the bytes,
 *   and for the worklet, bundled, a `data:` address: browsers fetch no files for it, and for an
 *   AudioWorklet no `blob:` either.
 * @property {string|URL|ArrayBuffer} wasm instrument.wasm.
 * @property {string|URL} worklet worklet.js.
 */

const NODE = "flow-synth-instrument";

/** Plays a model. Every method but `note` gives a promise, which a refusal rejects. */
export class Player {
  #node;
  #knobs = new LatestWins();
  #nRequests = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Refusal) => void}>} */
  #pending = new Map();

  /** Is told, in one sentence, of what went wrong and was not asked for with a promise. */
  /** @type {(sentence: string) => void} */
  onproblem = () => {};

  /**
   * Opens a silent instrument; `load` gives it a model, and `resume` lets it sound.
   *
   * @param {Files} files
   * @param {BaseAudioContext} [context] where it plays; one of its own if not given.
   * @returns {Promise<Player>} rejected with a Refusal that says what is missing.
   */
  static async open(
    { wasm, worklet },
    context = new AudioContext({ latencyHint: "interactive" }),
  ) {
    if (context.audioWorklet === undefined) {
      throw new Refusal(
        "this page may not play: open it from disk, by https or from this machine, in a browser " +
          "with AudioWorklet",
      );
    }
    const [bytes] = await Promise.all([content(wasm), added(context, worklet)]);
    return new Player(context, bytes);
  }

  /**
   * @param {BaseAudioContext} context into which the worklet was loaded.
   * @param {ArrayBuffer} wasm
   */
  constructor(context, wasm) {
    this.context = context;
    this.#node = new AudioWorkletNode(context, NODE, {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { wasm },
    });
    this.#node.port.onmessage = ({ data }) => this.#take(data);
    this.#node.onprocessorerror = () =>
      this.#stop("the instrument has stopped; load the page again");
    this.#node.connect(limited(context));
  }

  /** What sounds, to be connected to more than the loudspeaker. */
  get output() {
    return this.#node;
  }

  /** Lets it sound; browsers want a click or a key to come before. */
  async resume() {
    await /** @type {AudioContext} */ (this.context).resume();
  }

  /** Ends it for good. */
  close() {
    this.#node.port.postMessage({ method: "close" });
    this.#node.disconnect();
    this.#stop("the instrument was closed; open another");
  }

  /**
   * @param {string|URL|ArrayBuffer} model a model file, or its entry `flow_synth.flow`.
   * @returns {Promise<Description>}
   */
  async load(model) {
    return this.#ask("load", await content(model));
  }

  /**
   * Starts a note, or with velocity 0 releases it. It is not kept waiting, and gives no promise.
   *
   * @param {number} pitch 0 to 127.
   * @param {number} velocity 0 to 127.
   */
  note(pitch, velocity) {
    this.#node.port.postMessage({ method: "note", args: [pitch, velocity] });
  }

  /** Releases all notes; without a promise, too. */
  releaseNotes() {
    this.#node.port.postMessage({ method: "releaseNotes", args: [] });
  }

  /** @returns {Promise<void>} */
  silence() {
    return this.#ask("silence");
  }

  /** @param {number} seconds @returns {Promise<void>} */
  setGlide(seconds) {
    return this.#ask("setGlide", seconds);
  }

  // Knobs: of each only the latest position is sent while others are under way.

  /** @param {number} number @param {number} position @returns {Promise<void>} */
  setMacro(number, position) {
    return this.#knobs.put(`macro ${number}`, () => this.#send("setMacro", number, position));
  }

  /** @param {string} name @param {number} position @returns {Promise<void>} */
  setSemantic(name, position) {
    return this.#knobs.put(`slider ${name}`, () => this.#send("setSemantic", name, position));
  }

  /** @param {Float32Array|number[]} z @returns {Promise<void>} */
  goTo(z) {
    return this.#knobs.replace("place", () => this.#send("goTo", z));
  }

  /** @param {Float32Array|number[]} units @returns {Promise<void>} */
  locate(units) {
    return this.#knobs.replace("place", () => this.#send("locate", units));
  }

  /** @param {number} from @param {number} to @param {number} share @returns {Promise<void>} */
  interpolate(from, to, share) {
    return this.#knobs.replace("place", () => this.#send("interpolate", from, to, share));
  }

  // The rest, in the order in which it is asked for.

  /** @param {string} name @param {boolean} isLocked @returns {Promise<void>} */
  lock(name, isLocked) {
    return this.#ask("lock", name, isLocked);
  }

  /** @param {number} slot @returns {Promise<void>} */
  store(slot) {
    return this.#ask("store", slot);
  }

  /** @param {number} slot @returns {Promise<void>} */
  recall(slot) {
    return this.#ask("recall", slot);
  }

  /** @param {number} amount @returns {Promise<void>} */
  mutate(amount) {
    return this.#ask("mutate", amount);
  }

  /** @returns {Promise<void>} */
  reset() {
    return this.#ask("reset");
  }

  /** @returns {Promise<State>} for a page to draw: ask once a frame. */
  state() {
    return this.#ask("state");
  }

  /** @param {Float32Array|number[]} z @returns {Promise<Float32Array>} unit values there. */
  decode(z) {
    return this.#ask("decode", z);
  }

  /** @param {Float32Array|number[]} units @returns {Promise<Float32Array>} z there. */
  invert(units) {
    return this.#ask("invert", units);
  }

  /**
   * After the knobs that still wait.
   *
   * @param {string} method
   * @param {...any} args
   */
  #ask(method, ...args) {
    this.#knobs.flush();
    return this.#send(method, ...args);
  }

  /**
   * @param {string} method
   * @param {...any} args
   * @returns {Promise<any>}
   */
  #send(method, ...args) {
    const id = ++this.#nRequests;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#node.port.postMessage({ id, method, args });
    });
  }

  /** @param {import("./request.js").Answer} answer */
  #take({ id, value, refusal }) {
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (pending === undefined) {
      this.onproblem(refusal ?? "");
      return;
    }
    this.#pending.delete(/** @type {number} */ (id));
    if (refusal === undefined) {
      pending.resolve(value);
    } else {
      pending.reject(new Refusal(refusal));
    }
  }

  /** @param {string} sentence */
  #stop(sentence) {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    pending.forEach(({ reject }) => reject(new Refusal(sentence)));
    this.onproblem(sentence);
  }
}

/**
 * @param {string|URL|ArrayBuffer} file an address, or the content itself.
 * @returns {Promise<ArrayBuffer>}
 */
async function content(file) {
  if (file instanceof ArrayBuffer) {
    return file;
  }
  const answer = await fetch(file).catch(() => undefined);
  if (!answer?.ok) {
    const reason = answer === undefined ? "" : ` (${answer.status})`;
    throw new Refusal(`${file} cannot be read${reason}; look whether it lies beside the page`);
  }
  return answer.arrayBuffer();
}

/**
 * @param {BaseAudioContext} context
 * @param {string|URL} worklet
 */
async function added(context, worklet) {
  try {
    await context.audioWorklet.addModule(worklet);
  } catch {
    const address = String(worklet).slice(0, 80);
    throw new Refusal(`${address} cannot be run; look whether it lies beside the page`);
  }
}
