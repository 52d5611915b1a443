// Max's scheduler with a clock that only tests move.

/** Time in milliseconds, and what is to happen. */
class Time {
  constructor() {
    this.now_ms = 0;
    this.due = [];
    /** Happens each millisecond. */
    this.always = () => {};
  }

  /** Lets time pass. */
  run(milliseconds) {
    const end_ms = this.now_ms + milliseconds;
    this.serve();
    while (this.now_ms < end_ms) {
      this.now_ms += 1;
      this.serve();
    }
  }

  serve() {
    this.always();
    for (let next = this.next(); next; next = this.next()) {
      this.due.splice(this.due.indexOf(next), 1);
      next.task.act();
      this.always();
    }
  }

  next() {
    return this.due.find((each) => each.at_ms <= this.now_ms);
  }

  /** The class `Task` of scripts. */
  get Task() {
    const time = this;
    return class Task {
      constructor(act, owner, args = []) {
        this.act = () => act.apply(owner, args);
      }

      schedule(wait_ms = 0) {
        time.due.push({ task: this, at_ms: time.now_ms + wait_ms });
        time.due.sort((one, other) => one.at_ms - other.at_ms);
      }

      cancel() {
        time.due = time.due.filter((each) => each.task !== this);
      }
    };
  }
}

exports.Time = Time;
