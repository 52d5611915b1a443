// Several answers to one sound: what it is like most, and what else it may be.

/** So many are asked for. */
const N_CANDIDATES = 8;

/** Asks for candidates of the sound that was heard last, lists them, and goes to one. */
class Candidates {
  /** @param {import("device.js").Device} device */
  constructor(device) {
    this.device = device;
    /** @type {number[]} similarity in percent, the best first; NaN before it has been said. */
    this.similarities = [];
    /** Number of the one that sounds; 0: none of them was chosen. */
    this.chosen = 0;
  }

  get handlers() {
    return {
      candidate: (number) => this.choose(number),
      candidates_click: (number) => this.audition(number),
    };
  }

  /** Asks, once the sound has been heard. */
  ask() {
    this.clear();
    this.device.outlets.synth("candidates", N_CANDIDATES);
  }

  clear() {
    this.similarities = [];
    this.chosen = 0;
    this.show();
  }

  /** Takes `candidates COUNT` or `candidate I PERCENT`. */
  note(selector, args) {
    if (selector === "candidates") {
      this.similarities = new Array(Number(args[0])).fill(NaN);
      this.chosen = 0;
    } else if (args[0] >= 1 && args[0] <= this.similarities.length) {
      this.similarities[args[0] - 1] = Number(args[1]);
    }
    if (this.similarities.every(Number.isFinite)) {
      this.show();
    }
  }

  /** Goes to one; whether there is such a one. */
  choose(number) {
    if (!(number >= 1 && number <= this.similarities.length)) {
      return false;
    }
    this.device.go("candidate", "candidate", number);
    this.chosen = number;
    this.device.outlets.show("candidate", number);
    this.showChosen();
    return true;
  }

  /** One is clicked, to be heard even where no key is held. */
  audition(number) {
    if (this.choose(number)) {
      this.device.preview();
    }
  }

  /** Another sound than the chosen one plays from now on. */
  leave() {
    if (this.chosen !== 0) {
      this.chosen = 0;
      this.showChosen();
    }
  }

  show() {
    const { outlets } = this.device;
    outlets.view("candidates", "count", this.similarities.length);
    this.similarities.forEach((percent, index) => {
      outlets.view("candidates", "row", index + 1, percent);
    });
    this.showChosen();
  }

  showChosen() {
    const { outlets } = this.device;
    outlets.view("candidates", "chosen", this.chosen);
    outlets.view("candidates", "meter", this.similarities[this.chosen - 1] ?? -1);
  }
}

exports.Candidates = Candidates;
