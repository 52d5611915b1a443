// A path over the map, and where it is at a moment of the transport.

const { clamped } = require("units.js");

/** Of Live's transport, a quarter note. */
const TICKS_PER_QUARTER = 480;
const QUARTERS_PER_WHOLE = 4;

/** Lengths of the stretches between points. */
function lengthsOf(points) {
  return points.slice(1).map(([x, y], index) => {
    const [beforeX, beforeY] = points[index];
    return Math.hypot(x - beforeX, y - beforeY);
  });
}

/**
 * Where a share of a path is.
 *
 * @param {Array<[number, number]>} points at least one.
 * @param {number} share of the whole path, 0 to 1.
 * @param {boolean} isEven whether the pace is even over the map; else each stretch takes as long
 *   as any other.
 * @returns {{from: number, to: number, share: number}} indices of two points, and how far between.
 */
function placeOnPath(points, share, isEven) {
  const lengths = isEven ? lengthsOf(points) : new Array(points.length - 1).fill(1);
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  let rest = clamped(share, 0, 1) * whole;
  for (let stretch = 0; stretch < lengths.length; stretch += 1) {
    if (rest <= lengths[stretch] && lengths[stretch] > 0) {
      return { from: stretch, to: stretch + 1, share: rest / lengths[stretch] };
    }
    rest -= lengths[stretch];
  }
  const last = points.length - 1;
  return { from: last, to: last, share: 0 };
}

/** Follows Live's transport from being switched on until it is switched off, or at the end. */
class PathClock {
  constructor() {
    this.isOn = false;
    this.isLooping = true;
    this.nBars = 4;
    this.quartersPerBar = QUARTERS_PER_WHOLE;
    this.start_ticks = NaN;
  }

  get length_ticks() {
    return this.nBars * this.quartersPerBar * TICKS_PER_QUARTER;
  }

  /** The meter, as in six (`nBeats`) eighths (`beat`); nothing where it is not known. */
  setMeter(nBeats, beat) {
    if (nBeats > 0 && beat > 0) {
      this.quartersPerBar = (QUARTERS_PER_WHOLE * nBeats) / beat;
    }
  }

  /** Switches on or off; played once, a path begins at the next tick. */
  play(isOn) {
    this.isOn = isOn;
    this.start_ticks = NaN;
  }

  /**
   * @param {number} ticks where the transport is.
   * @returns {number} share of the path, from 0 up to but not 1 if it loops; 1 is the end.
   */
  share(ticks) {
    if (this.isLooping) {
      const share = (ticks / this.length_ticks) % 1;
      return share < 0 ? share + 1 : share;
    }
    if (Number.isNaN(this.start_ticks)) {
      this.start_ticks = ticks;
    }
    return clamped((ticks - this.start_ticks) / this.length_ticks, 0, 1);
  }
}

exports.PathClock = PathClock;
exports.placeOnPath = placeOnPath;
