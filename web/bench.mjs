// How fast the instrument is, beside the native core on the same machine, each in turn:
// `node web/bench.mjs instrument.wasm flow_synth.flow`, with Python's flow_synth installed.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { Instrument } from "./instrument/instrument.js";

const SAMPLE_RATE_HZ = 44100;
const BLOCK_SAMPLES = 128;
const N_CALLS = 300;
const N_ROUNDS = 15;
const GLIDE_SECONDS = 10;

const [wasm, model] = process.argv.slice(2).map((path) => readFileSync(path));
const module = new WebAssembly.Module(wasm);
const left = new Float32Array(BLOCK_SAMPLES);
const right = new Float32Array(BLOCK_SAMPLES);

function playing() {
  const instrument = new Instrument(module, SAMPLE_RATE_HZ);
  instrument.load(model);
  instrument.setGlide(GLIDE_SECONDS);
  for (let pitch = 48; pitch < 56; ++pitch) {
    instrument.note(pitch, 100);
  }
  return instrument;
}

/** Of one call, in the mean of many. */
function microseconds(call) {
  const begin = performance.now();
  for (let time = 0; time < N_CALLS; ++time) {
    call();
  }
  return ((performance.now() - begin) * 1000) / N_CALLS;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

const [atRest, turning] = [playing(), playing()];
const z = Float32Array.from(atRest.state.z, (_, index) => Math.sin(index + 1));
const v = atRest.decode(z);
const calls = {
  decode: () => atRest.decode(z),
  invert: () => atRest.invert(v),
  block: () => atRest.process(left, right),
  turning: () => turning.process(left, right),
};
const titles = {
  decode: "z -> v",
  invert: "v -> z",
  block: "block of 128, 8 voices",
  turning: "the same, knobs turning",
};

const python = spawn("python", [new URL("native_bench.py", import.meta.url).pathname], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

const rounds = [];
let kernel = "";
for (let round = 0; round <= N_ROUNDS; ++round) {
  turning.goTo(z.map((number) => (round % 2 === 0 ? number : -number)));
  const own = Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, microseconds(call)]),
  );
  python.stdin.write("\n");
  const native = JSON.parse((await lines.next()).value);
  kernel = native.kernel;
  if (round > 0) {
    rounds.push({ own, native: native.times }); // The first warms up.
  }
}
python.stdin.end();

console.log(`Node.js ${process.version}; native kernel ${kernel}; medians of ${N_ROUNDS} rounds`);
console.log("| what | WebAssembly, us | native, us | ratio | times real time |");
console.log("|---|---|---|---|---|");
for (const [name, title] of Object.entries(titles)) {
  const own = median(rounds.map((round) => round.own[name]));
  const native = median(rounds.map((round) => round.native[name]));
  const ratio = median(rounds.map((round) => round.own[name] / round.native[name]));
  const isAudio = name === "block" || name === "turning";
  const factor = isAudio ? ((BLOCK_SAMPLES / SAMPLE_RATE_HZ) * 1e6) / own : undefined;
  console.log(
    `| ${title} | ${own.toFixed(1)} | ${native.toFixed(1)} | ${ratio.toFixed(2)} | ` +
      `${factor?.toFixed(1) ?? ""} |`,
  );
}
