// Time: what waits until things have settled, and what may not happen too often.

/** Acts once, a time after the last of many calls. */
class Delay {
  /**
   * @param {new (act: () => void, owner?: object) => any} Task Max's scheduler.
   * @param {number} wait_ms
   * @param {() => void} act
   */
  constructor(Task, wait_ms, act) {
    this.wait_ms = wait_ms;
    this.isRunning = false;
    this.task = new Task(() => {
      this.isRunning = false;
      act();
    }, this);
  }

  /**
   * Waits from now on, whatever was waited for before.
   *
   * @param {number} [wait_ms]
   */
  start(wait_ms = this.wait_ms) {
    this.task.cancel();
    this.isRunning = true;
    this.task.schedule(wait_ms);
  }

  cancel() {
    this.isRunning = false;
    this.task.cancel();
  }
}

/** Passes the first of many values at once, and then the latest, each so often at most. */
class RateLimit {
  /**
   * @param {new (act: () => void, owner?: object) => any} Task Max's scheduler.
   * @param {number} pause_ms between two values.
   * @param {(value: any) => void} act
   */
  constructor(Task, pause_ms, act) {
    this.act = act;
    this.hasWaiting = false;
    this.waiting = undefined;
    this.pause = new Delay(Task, pause_ms, () => this.pass());
  }

  /** @param {any} value the latest. */
  put(value) {
    this.waiting = value;
    this.hasWaiting = true;
    if (!this.pause.isRunning) {
      this.pass();
    }
  }

  /** Forgets what waits. */
  clear() {
    this.hasWaiting = false;
    this.waiting = undefined;
  }

  pass() {
    if (!this.hasWaiting) {
      return;
    }
    const value = this.waiting;
    this.clear();
    this.pause.start();
    this.act(value);
  }
}

exports.Delay = Delay;
exports.RateLimit = RateLimit;
