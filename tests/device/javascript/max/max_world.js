// Max as a script in v8 notices it: globals, modules, outlets, time, files, dictionaries and Live.

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { dictClass } = require("./dict.js");
const { fileClass } = require("./file.js");
const { LiveSet } = require("./live_set.js");
const { Time } = require("./time.js");

/** A function of Max, which wants to be called by itself. */
function own(act) {
  "use strict";
  return function (...args) {
    if (this !== undefined) {
      throw new Error("Max's function was called as a method of something else");
    }
    return act(...args);
  };
}

const SCRIPTS = path.join(__dirname, "../../../../m4l_device/javascript");

const scripts = new Map();

/** A module as a function of `require` and `exports`; compiled once, since tests make many. */
function compiled(name) {
  if (!scripts.has(name)) {
    const filename = path.join(SCRIPTS, name);
    const text = fs.readFileSync(filename, "utf8");
    const source = `(function (require, exports) {${text}\n})`;
    scripts.set(name, new vm.Script(source, { filename }));
  }
  return scripts.get(name);
}

/** Runs one script. */
class MaxWorld {
  /**
   * @param {object} options
   * @param {string[]} options.jsarguments name of the script, and its arguments.
   * @param {LiveSet} [options.live]
   * @param {Map<string, string>} [options.files] texts by path.
   * @param {Map<string, object>} [options.dictionaries] contents by name; what a Set has kept.
   */
  constructor({ jsarguments, live = new LiveSet(), files, dictionaries }) {
    this.time = new Time();
    this.live = live;
    this.files = files ?? new Map();
    this.dictionaries = dictionaries ?? new Map();
    /** @type {Array<[number, ...any[]]>} what came out: outlet, selector, arguments. */
    this.sent = [];
    /** What went to named receivers. */
    this.named = [];
    /** Hears what goes there. */
    this.onNamed = () => {};
    /** What was printed. */
    this.console = [];
    /** Hears what comes out. */
    this.onOutlet = () => {};
    this.context = vm.createContext(this.globals(jsarguments));
    const file = path.join(SCRIPTS, jsarguments[0]);
    vm.runInContext(fs.readFileSync(file, "utf8"), this.context, { filename: file });
  }

  globals(jsarguments) {
    return {
      jsarguments,
      inlets: 1,
      outlets: 1,
      messagename: "",
      Task: this.time.Task,
      Dict: dictClass(this.dictionaries),
      File: fileClass(this.files),
      LiveAPI: this.live.LiveAPI,
      Date: { now: () => this.time.now_ms },
      outlet: own((index, ...message) => this.outlet(index, message)),
      messnamed: own((...message) => this.messnamed(message)),
      post: own((...words) => this.console.push(words.join(" "))),
      error: own((...words) => this.console.push(words.join(" "))),
      arrayfromargs: (args) => [...args],
      require: (name) => this.require(name),
    };
  }

  /** Max finds modules by plain names, knows `exports` alone, and evaluates them each time. */
  require(name) {
    if (!/^\w+\.js$/.test(name)) {
      throw new Error(`Max finds no module '${name}'`);
    }
    const exported = {};
    compiled(name).runInContext(this.context)((each) => this.require(each), exported);
    return exported;
  }

  messnamed(message) {
    this.named.push(message);
    this.onNamed(message);
  }

  /** Lists are spread one level, as Max does. */
  outlet(index, message) {
    if (!(index >= 0 && index < this.context.outlets)) {
      throw new Error(`there is no outlet ${index}`);
    }
    const atoms = message.flatMap((each) => (Array.isArray(each) ? [...each] : [each]));
    for (const atom of atoms) {
      if (typeof atom !== "string" && !Number.isFinite(atom)) {
        throw new Error(`${String(atom)} in '${atoms.join(" ")}' cannot leave an outlet`);
      }
    }
    this.sent.push([index, ...atoms]);
    this.onOutlet(index, atoms);
  }

  /** A message to the left inlet. */
  send(selector, ...args) {
    const { context } = this;
    context.messagename = selector;
    (typeof context[selector] === "function" ? context[selector] : context.anything)(...args);
  }

  /** What has come out of an outlet since the last call, without its number. */
  take(outlet) {
    const taken = this.sent.filter(([index]) => index === outlet);
    this.sent = this.sent.filter(([index]) => index !== outlet);
    return taken.map(([, ...message]) => message);
  }
}

/** The exports of a script's module, without Max. */
function moduleOf(name) {
  return new MaxWorld({ jsarguments: ["flow_device.js", "---state", "synth"] }).require(name);
}

exports.MaxWorld = MaxWorld;
exports.SCRIPTS = SCRIPTS;
exports.moduleOf = moduleOf;
