// One note that was rendered whole: it begins when it is there, and fades when its key comes up.

/** Long enough not to click, and short enough to end with the key. */
const FADE_SECONDS = 0.12;
/** Who has let go waits for as long as they have held the key, and so much longer. */
const LATE_MS = 300;

/** Struck when it is made. */
export class RenderedNote {
  #struckMs = performance.now();
  /** @type {number|undefined} */
  #heldMs;
  /** @type {AudioBufferSourceNode|undefined} */
  #source;
  /** @type {GainNode|undefined} */
  #gain;
  #fadesAtSeconds = Infinity;

  /** Where the knobs stood; undefined until that is asked for. @type {Float32Array|undefined} */
  units;

  /**
   * It sounds for as long as its key was held, however late it is.
   *
   * @param {AudioBuffer} sound
   * @param {AudioNode} output
   */
  begin(sound, output) {
    const heldMs = this.#heldMs;
    if (heldMs !== undefined && performance.now() - this.#struckMs > 2 * heldMs + LATE_MS) {
      return;
    }
    this.#source = new AudioBufferSourceNode(output.context, { buffer: sound });
    this.#gain = new GainNode(output.context);
    this.#source.connect(this.#gain).connect(output);
    this.#source.onended = () => this.#gain?.disconnect();
    this.#source.start();
    if (heldMs !== undefined) {
      this.#fade(heldMs / 1000);
    }
  }

  /** Its key comes up. */
  letGo() {
    this.#heldMs ??= performance.now() - this.#struckMs;
    this.#fade(0);
  }

  /** @param {number} seconds from now on; what fades sooner goes on fading. */
  #fade(seconds) {
    const at = (this.#gain?.context.currentTime ?? Infinity) + seconds;
    if (at < this.#fadesAtSeconds) {
      this.#fadesAtSeconds = at;
      this.#gain?.gain
        .cancelScheduledValues(0)
        .setValueAtTime(1, at)
        .linearRampToValueAtTime(0, at + FADE_SECONDS);
      this.#source?.stop(at + FADE_SECONDS);
    }
  }
}
