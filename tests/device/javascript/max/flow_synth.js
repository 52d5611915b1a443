// flow_synth~ for tests: its messages, and when answers come, are the real one's.
//
// Knob n is half of dimension n plus a half; macro knobs replace dimensions from -1 to 1, sliders
// are added to the first dimensions.

const N_KNOBS = 6;
const N_SLOTS = 128;

function model(synth, nKnobs = N_KNOBS) {
  return {
    synth,
    knobs: Array.from({ length: nKnobs }, (_, index) =>
      index === 1
        ? { name: "filter_mode", choices: ["lowpass", "bandpass", "highpass"] }
        : { name: ["filter_cutoff", "", "amp_attack"][index] ?? `knob_${index}`, word: "Hz" },
    ),
    axes: [
      { name: "brightness", low: "dark", high: "bright" },
      { name: "attack", low: "fast attack", high: "slow attack" },
    ],
  };
}

const clamped = (x) => Math.min(Math.max(x, 0), 1);

/** Takes messages, and answers when it is served. */
class FlowSynth {
  /** @param {(outlet: string, message: any[]) => void} answer */
  constructor(answer) {
    this.answer = answer;
    this.models = { builtin: model("builtin"), "amsynth-32": model("amsynth-32", 4) };
    this.model = undefined;
    this.lines = [];
    this.hasMoved = false;
    /** Messages that will be served later: [milliseconds, act]. */
    this.later = [];
    this.hearing_ms = 6;
    /** What the next sound that is heard is like; unit values. */
    this.sound = new Array(N_KNOBS).fill(0.75);
    this.hasEngine = true;
    /** Messages that were refused. */
    this.refused = [];
    /** `info` before `params`, as the real one does, or the other way round. */
    this.order = ["info", "params"];
    this.nMutations = 0;
    this.take_load("builtin"); // The argument of its box.
  }

  message(selector, args) {
    const handler = this[`take_${selector}`];
    if (!handler) {
      throw new Error(`flow_synth~ has no message '${selector}'`);
    }
    if (handler.call(this, ...args) === false) {
      this.refused.push([selector, ...args]);
    }
  }

  /** A millisecond has passed, or a queue is served. */
  serve(milliseconds = 0) {
    this.later = this.later.map(([rest_ms, act]) => [rest_ms - milliseconds, act]);
    const due = this.later.filter(([rest_ms]) => rest_ms <= 0);
    this.later = this.later.filter(([rest_ms]) => rest_ms > 0);
    due.forEach(([, act]) => act());
    for (const outlet of this.order) {
      if (outlet === "info") {
        this.lines.splice(0).forEach((line) => this.answer("info", line));
      } else if (this.hasMoved) {
        this.hasMoved = false;
        this.answer("latent", this.z);
        this.answer("params", this.units);
      }
    }
  }

  // --- Where it is ---

  get z() {
    return this.place.map(
      (z, index) => (this.macros.get(index) ?? z) + (this.sliders[index] ?? 0) / 3,
    );
  }

  get units() {
    return this.z.map((z, index) => this.held.get(index) ?? clamped((z + 1) / 2));
  }

  arrive(units) {
    this.place = units.map((unit) => unit * 2 - 1);
    this.macros = new Map();
    this.sliders = this.model.axes.map(() => 0);
    this.hasMoved = true;
  }

  // --- Messages ---

  take_load(name) {
    this.later.push([
      30,
      () => {
        const loaded = this.models[name];
        const isSame = this.model?.knobs.length === loaded.knobs.length;
        this.model = loaded;
        this.path = `/models/${name}.flow.ts`;
        this.slots = isSame ? this.slots : new Map();
        this.held = isSame ? this.held : new Map();
        this.arrive(loaded.knobs.map(() => 0.5));
        this.lines.push(["loaded", this.path]);
      },
    ]);
  }

  take_params(...units) {
    if (!this.model || units.length !== this.model.knobs.length) {
      return false;
    }
    return this.arrive(units);
  }

  take_macro(number, position) {
    if (!this.model || !(number >= 1 && number <= this.model.knobs.length)) {
      return false;
    }
    this.macros.set(number - 1, position * 2 - 1);
    this.hasMoved = true;
    return true;
  }

  take_semantic(name, position) {
    const index = this.model?.axes.findIndex((axis) => axis.name === name) ?? -1;
    if (index < 0) {
      return false;
    }
    this.sliders[index] = position;
    this.hasMoved = true;
    return true;
  }

  take_match() {
    return this.hear();
  }

  take_analyze() {
    return this.hear();
  }

  hear() {
    if (!this.hasEngine || !this.model) {
      return false;
    }
    const sound = this.sound.slice(0, this.model.knobs.length);
    this.later.push([this.hearing_ms, () => this.arrive(sound)]);
    return true;
  }

  take_candidates(count) {
    this.ranked = Array.from({ length: count }, (_, index) =>
      this.sound.slice(0, this.model.knobs.length).map((unit) => clamped(unit - index * 0.05)),
    );
    this.later.push([
      20,
      () => {
        this.lines.push(["candidates", count]);
        this.ranked.forEach((_, index) => this.lines.push(["candidate", index + 1, 90 - index]));
      },
    ]);
  }

  take_candidate(number) {
    return this.arrive(this.ranked[number - 1]);
  }

  take_curve(macro, count) {
    const { units } = this;
    for (let point = 0; point < count; point += 1) {
      const position = point / (count - 1);
      const moved = units.map((unit, index) => (index === macro - 1 ? position : unit));
      this.lines.push(["curve", macro, position, ...moved]);
    }
  }

  take_store(slot) {
    this.slots.set(slot, this.z.map((z) => (z + 1) / 2));
    return slot >= 1 && slot <= N_SLOTS;
  }

  take_recall(slot) {
    return this.slots.has(slot) ? this.arrive(this.slots.get(slot)) : false;
  }

  take_interpolate(from, to, share) {
    const [one, other] = [this.slots.get(from), this.slots.get(to)];
    if (!one || !other) {
      return false;
    }
    // Bent, so that it differs from the straight line between knobs.
    return this.arrive(one.map((x, i) => clamped(x + (other[i] - x) * share * share)));
  }

  take_mutate(amount) {
    this.nMutations += 1;
    const step = ((this.nMutations * 0.37) % 1) * amount;
    return this.arrive(this.units.map((unit) => (unit + step) % 1));
  }

  take_lock(name, isLocked) {
    const index = this.model.knobs.findIndex((knob) => knob.name === name);
    if (index < 0) {
      return false;
    }
    const unit = this.units[index];
    if (isLocked) {
      this.held.set(index, unit);
    } else {
      this.held.delete(index);
    }
    this.hasMoved = true;
    return true;
  }

  take_record() {}

  take_voice() {}

  take_smooth() {}

  take_info() {
    this.lines.push(["engine", this.hasEngine ? "ready" : "missing"]);
  }

  take_dump() {
    if (!this.model) {
      this.take_info();
      return;
    }
    this.lines.push(["model", this.path], ["engine", this.hasEngine ? "ready" : "missing"]);
    this.lines.push(["synth", this.model.synth, "1.0"], ["knobs", this.model.knobs.length]);
    const { units } = this;
    this.model.knobs.forEach((knob, index) => this.lines.push(this.knobLine(knob, index, units)));
    this.model.knobs.forEach((_, index) => {
      this.lines.push(["macro", index + 1, (this.z[index] + 1) / 2]);
    });
    this.model.axes.forEach((axis, index) => {
      this.lines.push(["semantic", axis.name, axis.low, axis.high, this.sliders[index]]);
    });
    this.hasMoved = true;
  }

  knobLine(knob, index, units) {
    const line = knob.choices
      ? ["knob", knob.name, units[index], Math.round(units[index] * 2)]
      : ["knob", knob.name, units[index], units[index] * 1000];
    line.push(knob.choices ? knob.choices[line[3]] : knob.word);
    return this.held.has(index) ? [...line, "locked"] : line;
  }
}

exports.FlowSynth = FlowSynth;
exports.N_KNOBS = N_KNOBS;
