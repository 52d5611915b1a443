// The instrument in an AudioWorklet. Messages come between two blocks and are carried out at once:
// they are cheap, because knobs are computed by the block that follows, from the latest of all
// wishes. `process` itself allocates nothing and posts nothing; who wants to know where the knobs
// are asks for `state`.

import { Instrument } from "./instrument.js";
import { Refusal } from "./refusal.js";
import { complaint } from "./request.js";

/** @typedef {import("./request.js").Answer} Answer */

class InstrumentProcessor extends AudioWorkletProcessor {
  #instrument;
  #isOpen = true;

  /** @param {{processorOptions: {wasm: ArrayBuffer}}} options */
  constructor({ processorOptions }) {
    super();
    // As bytes, because not every browser lets a compiled module into a worklet.
    const module = new WebAssembly.Module(processorOptions.wasm);
    this.#instrument = new Instrument(module, sampleRate);
    this.port.onmessage = ({ data }) => this.#take(data);
    this.port.onmessageerror = () => this.#post({ refusal: "a message was lost; repeat it" });
  }

  /**
   * @param {Float32Array[][]} _inputs
   * @param {Float32Array[][]} outputs one, of two channels.
   */
  process(_inputs, outputs) {
    if (this.#isOpen) {
      this.#instrument.process(outputs[0][0], outputs[0][1]);
    }
    return this.#isOpen;
  }

  /** @param {any} request */
  #take(request) {
    if (request?.method === "close") {
      this.#isOpen = false;
      return;
    }
    const id = request?.id;
    try {
      const reason = complaint(request);
      if (reason !== "") {
        throw new Refusal(reason);
      }
      const value = this.#carryOut(request);
      if (id !== undefined) {
        this.#post({ id, value });
      }
    } catch (error) {
      this.#post({ id, refusal: this.#sentence(error) });
    }
  }

  /** @param {import("./request.js").Request} request */
  #carryOut({ method, args }) {
    if (method === "state") {
      return this.#instrument.state;
    }
    return /** @type {any} */ (this.#instrument)[method](...args);
  }

  /** @param {any} error */
  #sentence(error) {
    if (error instanceof Refusal) {
      return error.message;
    }
    this.#isOpen = false; // The module's memory may be in any state.
    return `the instrument has stopped (${error?.message ?? error}); load the page again`;
  }

  /** @param {Answer} answer */
  #post(answer) {
    this.port.postMessage(answer);
  }
}

registerProcessor("flow-synth-instrument", InstrumentProcessor);
