// What an AudioWorklet gives to a processor, and nothing else that a page or Node.js would have.

import { BLOCK_SAMPLES, SAMPLE_RATE_HZ } from "./files.js";

/** One end of a MessagePort: what is posted is copied, and arrives at once. */
class FakePort {
  /** @type {(event: {data: any}) => void} */
  onmessage = () => {};
  onmessageerror = () => {};
  /** @type {FakePort|undefined} */
  other;

  postMessage(message) {
    this.other?.onmessage({ data: structuredClone(message) });
  }
}

/** @type {Map<string, any>} */
export const processors = new Map();
/** The port that a processor finds when it is made. */
let nextPort;

globalThis.sampleRate = SAMPLE_RATE_HZ;
globalThis.registerProcessor = (name, processor) => processors.set(name, processor);
globalThis.AudioWorkletProcessor = class {
  port = nextPort;
};
for (const missing of ["TextDecoder", "TextEncoder", "fetch", "URL", "performance"]) {
  Object.defineProperty(globalThis, missing, { value: undefined });
}
await import("../../web/instrument/worklet.js");

/** A node on a page with its processor, which renders when it is told to. */
export class FakeNode {
  constructor(_context, name, options) {
    this.port = new FakePort();
    nextPort = new FakePort();
    nextPort.other = this.port;
    this.port.other = nextPort;
    this.processor = new (processors.get(name))(structuredClone(options));
  }

  connect(to) {
    return to;
  }
  disconnect() {}

  /** @returns {{left: Float32Array, isAlive: boolean}} */
  render(nSamples = BLOCK_SAMPLES) {
    const output = [new Float32Array(nSamples), new Float32Array(nSamples)];
    const isAlive = this.processor.process([], [output], {});
    return { left: output[0], isAlive };
  }
}
