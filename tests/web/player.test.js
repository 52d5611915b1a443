import assert from "node:assert/strict";
import { test } from "node:test";

import { Player } from "../../web/instrument/player.js";
import { Refusal } from "../../web/instrument/refusal.js";
import { FakeNode } from "./fake_worklet.js";
import { bytes, peak, wasm } from "./files.js";

/** What is connected to, and is no worklet. */
class Through {
  connect(to) {
    return to;
  }
}

/** A page's context, whose worklets are this process. */
function opening(addModule = async () => {}) {
  /** @type {FakeNode[]} */
  const nodes = [];
  globalThis.AudioWorkletNode = class extends FakeNode {
    constructor(...args) {
      super(...args);
      this.sent = [];
      const { port } = this;
      const post = port.postMessage.bind(port);
      // As in a browser, a message arrives later.
      port.postMessage = (message) => {
        this.sent.push(message);
        setImmediate(() => post(message));
      };
      nodes.push(this);
    }
  };
  globalThis.DynamicsCompressorNode = globalThis.GainNode = /** @type {any} */ (Through);
  const context = { audioWorklet: { addModule }, destination: {}, resume: async () => {} };
  const files = { wasm: wasm().buffer, worklet: "worklet.js" };
  return { nodes, opened: Player.open(files, /** @type {any} */ (context)) };
}

async function withModel() {
  const { nodes, opened } = opening();
  const player = await opened;
  const description = await player.load(bytes("builtin.flow").buffer);
  return { player, description, node: nodes[0] };
}

test("a model is loaded, played and asked where it is", async () => {
  const { player, description, node } = await withModel();
  player.note(60, 100);
  await player.setMacro(1, 0.5);
  const state = await player.state();
  assert.ok(Math.abs(state.macros[0] - 0.5) < 1e-6);
  assert.equal(state.units.length, description.knobs.length);
  assert.ok(peak(node.render(6400).left) > 0.01);
});

test("of a knob that is turned fast the last position counts, and few are sent", async () => {
  const { player, node } = await withModel();
  node.sent.length = 0;
  const turns = [];
  for (let time = 0; time <= 1000; ++time) {
    turns.push(player.setMacro(1, time / 1000), player.setMacro(2, 1 - time / 1000));
  }
  await Promise.all(turns);
  const { macros } = await player.state();
  assert.ok(Math.abs(macros[0] - 1) < 1e-6 && Math.abs(macros[1]) < 1e-6);
  assert.ok(node.sent.length < 10, `${node.sent.length} messages`);
});

test("knobs that wait come before what is asked for after them", async () => {
  const { player } = await withModel();
  player.setMacro(1, 0.1);
  player.setMacro(1, 0.2);
  player.setMacro(1, 0.7);
  player.store(1);
  await player.setMacro(1, 0.3);
  await player.recall(1);
  const { macros } = await player.state();
  assert.ok(Math.abs(macros[0] - 0.7) < 1e-6, `${macros[0]}`);
});

test("who goes elsewhere leaves knobs behind that were not turned yet", async () => {
  const { player, description } = await withModel();
  const z = new Float32Array(description.nDimensions).fill(0.25);
  const turns = [0.1, 0.2, 0.3].map((position) => player.setMacro(1, position));
  const gone = player.goTo(z);
  await Promise.all([...turns, gone]);
  assert.deepEqual((await player.state()).z, z);
});

test("what is refused rejects its promise; what gave none is a problem", async () => {
  const { player } = await withModel();
  await assert.rejects(player.recall(9), Refusal);
  await assert.rejects(player.setMacro(1, 7), /a position of 7 cannot be used; give 0 to 1/);
  await assert.rejects(player.load(new ArrayBuffer(3)), Refusal);
  const problem = new Promise((resolve) => (player.onproblem = resolve));
  player.note(500, 1);
  assert.match(await problem, /cannot be played/);
});

test("an instrument that has stopped rejects what waits", async () => {
  const { player, node } = await withModel();
  const asked = player.state();
  node.onprocessorerror();
  await assert.rejects(asked, /has stopped; load the page again/);
});

test("where the page may not play, it says why", async () => {
  await assert.rejects(Player.open(/** @type {any} */ ({}), /** @type {any} */ ({})), Refusal);
  const { opened } = opening(() => Promise.reject(new Error("blocked")));
  await assert.rejects(opened, /worklet.js cannot be run; look whether it lies beside the page/);
});
