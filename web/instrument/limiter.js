// What keeps chords from clipping: one note is far below it, several at once are not.

/** Nothing below it is changed. */
const THRESHOLD_DB = -2;
const RATIO = 20;
const ATTACK_SECONDS = 0;
const RELEASE_SECONDS = 0.15;
/**
 * A compressor of the Web Audio API makes all louder by so much of what it takes from full scale:
 * https://www.w3.org/TR/webaudio-1.1/#DynamicsCompressorOptions-processing, "makeup gain".
 */
const MAKEUP = 0.6;

/**
 * @param {BaseAudioContext} context
 * @returns {AudioNode} to be connected to in place of the loudspeaker. Browsers let it look some
 *   milliseconds ahead.
 */
export function limited(context) {
  const limiter = new DynamicsCompressorNode(context, {
    threshold: THRESHOLD_DB,
    knee: 0,
    ratio: RATIO,
    attack: ATTACK_SECONDS,
    release: RELEASE_SECONDS,
  });
  const fullScaleDb = THRESHOLD_DB * (1 - 1 / RATIO);
  const gain = 10 ** ((MAKEUP * fullScaleDb) / 20);
  limiter.connect(new GainNode(context, { gain })).connect(context.destination);
  return limiter;
}
