// A device in a patch, with a flow_synth~.

const { FlowSynth, N_KNOBS } = require("./max/flow_synth.js");
const { MaxWorld } = require("./max/max_world.js");

const SYNTH = 0;
const CONTROLS = 1;
const VIEWS = 2;
const PLUGIN = 3;
const PATCH = 4;

/** So long after a dictionary was written it is said to have been restored. */
const ECHO_MS = 10;
/** Until everything has settled, been answered and been saved. */
const LONG_MS = 5500;

function axisOf(name, low, high, unit, lowThreshold, highThreshold) {
  return { name, low, high, unit, low_threshold: lowThreshold, high_threshold: highThreshold };
}

/** The map of as many presets as there are points, with knobs that say where they are. */
function mapText(points, change = {}) {
  return JSON.stringify({
    format_version: 1,
    synth: "builtin",
    model: "builtin",
    parameters: ["filter_cutoff", "filter_mode", "amp_attack", "knob_3", "knob_4", "knob_5"],
    axes: [
      axisOf("brightness", "dark", "bright", "acum", 0.85, 1.25),
      axisOf("attack", "fast attack", "slow attack", "s", 0.01, 0.1),
    ],
    categories: ["bass", "lead"],
    presets: points.map(([x, y], index) => ({
      name: `Preset ${index}`,
      category: index % 2,
      x,
      y,
      tags: [x < 0.5 ? -1 : 1, 0],
      descriptors: [x, y],
      units: [x, y, 0.1, 0.2, 0.3, 0.4].map((unit) => Math.round(unit * 10000)),
    })),
    curves: [
      {
        macro: 1,
        positions: [0, 1],
        descriptors: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    ...change,
  });
}

/** A patch: the script, flow_synth~, and cords between. */
class Patch {
  /** @param {object} options see {@link MaxWorld}; `kind` is `synth` or `control`. */
  constructor({ kind = "synth", ...options } = {}) {
    this.world = new MaxWorld({ jsarguments: ["flow_device.js", "---state", kind], ...options });
    this.synth = new FlowSynth((outlet, message) => {
      if (outlet !== "latent") {
        this.world.send(outlet, ...message); // That outlet has no cord.
      }
    });
    this.world.onOutlet = (index, [selector, ...args]) => {
      if (index === SYNTH && !this.isCordCut) {
        this.synth.message(selector, args);
      } else if (index === PLUGIN && (selector === "point" || selector === "turn")) {
        this.world.live[selector](args[0], args.at(-1));
      } else if (index === PATCH && selector === "state") {
        this.echo();
      }
    };
    let last_ms = 0;
    this.world.time.always = () => {
      this.synth.serve(this.world.time.now_ms - last_ms);
      this.world.live.serve(this.world.time.now_ms - last_ms);
      last_ms = this.world.time.now_ms;
    };
  }

  /** Live's storage says what has been written, too, and a while later. */
  echo() {
    new this.world.context.Task(() => this.send("restored")).schedule(ECHO_MS);
  }

  /** As text or as its parts; numbers in the text are numbers. */
  send(message, ...args) {
    const [selector, ...words] = message.split(" ");
    const atoms = words.map((word) => (Number.isNaN(Number(word)) ? word : Number(word)));
    this.world.send(selector, ...atoms, ...args);
  }

  run(milliseconds = LONG_MS) {
    this.world.time.run(milliseconds);
  }

  /** Loaded by Live, its Set restored, and quiet. */
  begin({ isRestored = false } = {}) {
    this.world.live.isAlive = true;
    if (isRestored) {
      this.send("restored");
    }
    this.send("ready");
    this.run();
    this.world.sent = [];
    return this;
  }

  /** Messages out of an outlet, as text, since the last call. */
  said(outlet, beginning = "") {
    return this.world
      .take(outlet)
      .map((message) => message.join(" "))
      .filter((text) => text.startsWith(beginning));
  }

  /** Sends, waits until all is quiet, and gives the unit values. */
  units(...messages) {
    for (const message of messages) {
      this.send(message);
      this.run();
    }
    return this.synth.units;
  }

  get status() {
    const last = this.world.sent.findLast(([index, id]) => index === CONTROLS && id === "status");
    return last?.[3];
  }

  /** What the Set has kept. */
  get state() {
    return this.world.dictionaries.get("---state");
  }

  /** What is remembered of the model of as many knobs as are usual. */
  get kept() {
    return this.state?.memories[`builtin_${N_KNOBS}`];
  }

  /** The steps that the Set has kept. */
  get history() {
    return [this.kept?.history ?? []].flat().map((step) => {
      const [source, ...words] = step.split(" ");
      return { source, units: words.map((word) => Number(word) / 100000) };
    });
  }
}

Object.assign(exports, { CONTROLS, PATCH, PLUGIN, Patch, SYNTH, VIEWS, mapText });
