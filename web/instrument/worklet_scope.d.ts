// What worklet.js finds in an AudioWorklet, which TypeScript's library does not describe.

declare const sampleRate: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: unknown): void;
