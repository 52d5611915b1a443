// Plays Flow Synth as a musician would, with the real flow_synth~ in a host like Max:
//
//   node end_to_end.js PLAYER EXTERNAL FOLDER SOUND OUT
//
// PLAYER runs EXTERNAL, which finds models in FOLDER; SOUND is what the Recorder has recorded, and
// OUT a folder for what comes of it: steps.json, and audio.f64 of one note.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const { MaxWorld } = require("./max/max_world.js");

const RATE_HZ = 44100;
const BLOCK = 64;
/** How long both clocks go on between questions. */
const STEP_MS = 10;
/** Candidates of a busy machine take their time. */
const PATIENCE_MS = 120000;
/** In Max's search path. */
const MAP = "builtin.map.json";
const PARAMS = "2 list ";
const LATENT = "3 list ";
const INFO = "4 ";

function atom(word) {
  return word !== "" && !Number.isNaN(Number(word)) ? Number(word) : word;
}

/** The host of flow_synth~, told line by line. */
class Player {
  constructor(program, external, folder) {
    this.process = spawn(program, [external, folder], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = [];
    this.nAsked = 0;
    this.arrived = () => {};
    readline.createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.arrived();
    });
    this.ended = new Promise((resolve) => this.process.on("exit", resolve));
    this.ended.then(() => this.arrived());
  }

  /** Does what lines say, and gives what came out meanwhile. */
  async do(...lines) {
    const end = `said ${++this.nAsked}`;
    this.process.stdin.write([...lines, `say ${this.nAsked}`, ""].join("\n"));
    while (this.lines.at(-1) !== end) {
      if (this.process.exitCode !== null) {
        throw new Error(`the host ended: ${this.lines.join("\n")}`);
      }
      await new Promise((resolve) => (this.arrived = resolve));
    }
    return this.lines.splice(0).slice(0, -1);
  }

  /** Ends it; gives what it has said last. */
  async end() {
    this.process.stdin.end();
    await this.ended;
    return this.lines;
  }
}

/** The device's script, and cords to the host. */
class Patch {
  constructor(player, sound, models, dictionaries) {
    this.player = player;
    this.sound = sound;
    this.dictionaries = dictionaries;
    this.units = [];
    this.said = [];
    this.console = [];
    this.files = new Map([[MAP, fs.readFileSync(path.join(models, MAP), "utf8")]]);
  }

  /** A new device, as it is after Live has loaded a Set. */
  async load() {
    await this.hear("create flow_synth~ builtin", `dsp ${RATE_HZ} ${BLOCK}`);
    this.world = new MaxWorld({
      jsarguments: ["flow_device.js", "---state", "synth"],
      dictionaries: this.dictionaries,
      files: this.files,
    });
    this.queue = [];
    this.world.onOutlet = (index, message) => {
      if (index === 0) {
        this.queue.push(`send ${message.join(" ")}`);
        this.said.push(message[0]);
      } else if (index === 4 && message.join(" ") === "sound listen recorder") {
        this.queue.push(`play ${this.sound}`, "played");
      }
    };
    this.world.live.isAlive = true;
    await this.send("smooth", 0);
    await this.send("restored");
    await this.send("ready");
    await this.until(() => this.rows("knobs").length > 0);
    await this.hear("ready");
    await this.rest();
  }

  /** A message to the script, and what it brings about. */
  async send(...message) {
    this.world.send(...message);
    await this.flush();
  }

  /** Passes on what the script has said, in order. */
  async flush() {
    while (this.queue.length > 0) {
      const line = this.queue.shift();
      if (line === "played") {
        this.world.send("sound_played");
      } else {
        await this.hear(line);
      }
    }
  }

  /** Has the host do something, and passes on what comes out of flow_synth~. */
  async hear(...lines) {
    for (const line of await this.player.do(...lines)) {
      if (line.startsWith(PARAMS)) {
        this.units = line.slice(PARAMS.length).split(" ").map(Number);
        this.world?.send("params", ...this.units);
      } else if (line.startsWith(INFO)) {
        this.world?.send("info", ...line.slice(INFO.length).split(" ").map(atom));
      } else if (!line.startsWith(LATENT)) {
        this.console.push(line);
      }
    }
  }

  /** Lets time pass on both sides; sound goes on. */
  async run(milliseconds) {
    for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
      await this.hear(`play ${this.silence}`, `run ${STEP_MS / 1000}`);
      this.world.time.run(STEP_MS);
      await this.flush();
    }
  }

  async until(isSo) {
    for (let passed = 0; !isSo(); passed += STEP_MS) {
      if (passed > PATIENCE_MS) {
        throw new Error(`it never came; console: ${this.console.join("\n")}`);
      }
      await this.run(STEP_MS);
    }
  }

  /** Until all has settled and been saved. */
  async rest() {
    await this.run(1000);
  }

  /** What a view has heard, without its name. */
  rows(list, selector = "row") {
    return this.world.sent
      .filter(([index, view, word]) => index === 2 && view === list && word === selector)
      .map((message) => message.slice(3));
  }
}

/** A file of silence, in whole blocks of samples of 8 bytes. */
function silence(folder, seconds) {
  const file = path.join(folder, `silence_${seconds}.f64`);
  fs.writeFileSync(file, Buffer.alloc(Math.floor((seconds * RATE_HZ) / BLOCK) * BLOCK * 8));
  return file;
}

/** One note of the built-in voice, where the knobs are. */
async function playNote(patch, folder) {
  const held = silence(folder, 1);
  const audio = path.join(folder, "audio.f64");
  await patch.hear("send note 48 100", `play ${held}`, `keep ${audio}`, "send note 48 0");
}

async function main(program, external, folder, sound, out) {
  const player = new Player(program, external, folder);
  const patch = new Patch(player, sound, folder, new Map());
  patch.silence = silence(out, STEP_MS / 1000);
  const steps = {};
  const step = async (name, ...message) => {
    patch.said = [];
    await patch.send(...message);
    await patch.rest();
    steps[name] = { units: patch.units, said: patch.said };
  };

  await patch.load();
  steps.begin = { units: patch.units };
  await patch.send("record", 1);
  await patch.send("recording", 1);
  await step("match", "recorded", 1000);
  await patch.until(() => patch.rows("candidates").length > 0);
  steps.candidates = { rows: patch.rows("candidates") };
  await step("candidate", "candidates_click", 2);
  await step("macro", "macro_1", 0.9);
  patch.world.send("preset_name", "Mine");
  await step("save", "preset_save", 1);
  await playNote(patch, out);
  await step("mutate", "mutate", 1);
  await step("recall", "presets_click", 1);
  await step("map", "map_click", 1);
  await step("curve", "page", 3);
  steps.curve.points = patch.rows("curves", "point");
  await step("undo", "undo", 1);
  await step("undo", "undo", 1);
  await step("redo", "redo", 1);
  steps.end = steps.redo;
  await patch.load();
  steps.reopened = { units: patch.units };

  const breaches = (await player.end()).filter((line) => line.startsWith("breach"));
  const result = { steps, console: patch.console, script: patch.world.console, breaches };
  fs.writeFileSync(path.join(out, "steps.json"), JSON.stringify(result));
}

main(...process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
