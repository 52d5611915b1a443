// The dictionary that Live's Set keeps: when it is read, and when it is written.
//
// Whatever speaks for the Set may do so before live.thisdevice bangs, after it, after each of our
// own writes, or never. So the dictionary is read where it is needed, and what it holds is
// compared with what was read or written last: only what differs is news.

const { Delay } = require("clock.js");
const { emptyState, readState, writeState } = require("device_state.js");

/** A step is written so long after the last change. */
const SOON_MS = 500;
/** What has only moved is written after so long a rest: each write may be an entry of undo. */
const REST_MS = 4000;

/** What the Set keeps, and the way to it. */
class StoredState {
  /**
   * @param {object} parts
   * @param {new (act: () => void, owner?: object) => any} parts.Task Max's scheduler.
   * @param {new (name: string) => any} parts.Dict Max's dictionaries.
   * @param {string} parts.name of the dictionary.
   * @param {() => boolean} parts.isPlaying whether Live's transport runs.
   * @param {() => boolean} parts.canWrite whether all is known that is to be kept.
   * @param {() => void} parts.onWritten
   */
  constructor({ Task, Dict, name, isPlaying, canWrite, onWritten }) {
    Object.assign(this, { Dict, name, isPlaying, canWrite, onWritten });
    this.state = emptyState();
    /** What could not be read of the Set, until it has been said. */
    this.trouble = "";
    /** What a newer device has kept must not be written over. */
    this.isNewer = false;
    /** What the dictionary holds, as we would write it. */
    this.text = writeState(this.state);
    this.soon = new Delay(Task, SOON_MS, () => this.write());
    this.atRest = new Delay(Task, REST_MS, () => this.writeAtRest());
  }

  /** Reads the dictionary. Whether it holds anything else than was read or written last. */
  read() {
    const text = new this.Dict(this.name).stringify();
    const read = readState(text);
    const known = read.isNewer ? text : writeState(read.state);
    if (known === this.text) {
      return false;
    }
    this.text = known;
    this.state = read.state;
    this.isNewer = read.isNewer;
    this.trouble = read.trouble;
    this.soon.cancel();
    this.atRest.cancel();
    return true;
  }

  /** Something is another that a musician would miss. */
  changed() {
    this.atRest.cancel();
    this.soon.start();
  }

  /** The sound has moved, and no step was made. */
  moved() {
    if (!this.soon.isRunning) {
      this.atRest.start();
    }
  }

  writeAtRest() {
    if (this.isPlaying()) {
      this.atRest.start();
    } else {
      this.write();
    }
  }

  write() {
    if (this.isNewer || !this.canWrite()) {
      return;
    }
    const text = writeState(this.state);
    if (text !== this.text) {
      this.text = text;
      new this.Dict(this.name).parse(text);
      this.onWritten();
    }
  }
}

exports.REST_MS = REST_MS;
exports.StoredState = StoredState;
