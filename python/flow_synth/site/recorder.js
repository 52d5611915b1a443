// The microphone, for a few seconds.

import { wavOf } from "./wav.js";

export const LONGEST_SECONDS = 6;
/** Without loss where a browser can, as in Chromium; else what it likes best. */
const LOSSLESS = "audio/webm;codecs=pcm";
/** A voice on the telephone is improved by these; a sound to be imitated is not. */
const UNTOUCHED = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** Records once: until it is stopped, or for as long as a recording may be. */
export class Recorder {
  #stop = () => {};

  /** Is told the level, 0 to 1, and how many seconds there are, many times a second. */
  onlevel = (/** @type {number} */ _level, /** @type {number} */ _seconds) => {};

  /** @returns {Promise<File>} a WAV file. */
  async record() {
    if (!navigator.mediaDevices) {
      throw new Error("this page may not record: open it by http://127.0.0.1 or https");
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: UNTOUCHED }).catch(() => {
      throw new Error("the microphone cannot be used; allow it in the browser, or choose a file");
    });
    const context = new AudioContext();
    try {
      const pieces = await this.#pieces(stream, context);
      const audio = await context.decodeAudioData(await new Blob(pieces).arrayBuffer());
      const wav = wavOf(audio.getChannelData(0), audio.sampleRate);
      return new File([wav], `recording ${new Date().toTimeString().slice(0, 8)}.wav`);
    } finally {
      stream.getTracks().forEach((track) => track.stop());
      void context.close();
    }
  }

  stop() {
    this.#stop();
  }

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context
   * @returns {Promise<Blob[]>} what was recorded until it was stopped.
   */
  #pieces(stream, context) {
    const mimeType = MediaRecorder.isTypeSupported(LOSSLESS) ? LOSSLESS : "";
    const recorder = new MediaRecorder(stream, { mimeType });
    const meter = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      /** @type {Blob[]} */
      const pieces = [];
      this.#stop = () => recorder.state === "recording" && recorder.stop();
      const timer = setInterval(() => {
        meter.getFloatTimeDomainData(samples);
        const seconds = (performance.now() - begun) / 1000;
        this.onlevel(Math.max(...samples.map(Math.abs)), seconds);
        if (seconds >= LONGEST_SECONDS) {
          this.stop();
        }
      }, 50);
      recorder.ondataavailable = ({ data }) => pieces.push(data);
      recorder.onstop = () => {
        clearInterval(timer);
        resolve(pieces);
      };
      recorder.onerror = () => reject(new Error("the recording broke off; record again"));
      recorder.start();
    });
  }
}
