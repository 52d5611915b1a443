import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { PresetFiles } from "../../python/flow_synth/site/preset_files.js";
import { Refused, Server } from "../../python/flow_synth/site/server.js";

const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

/** A server that answers with what the functions give, one after the other. */
function answering(...answers) {
  const asked = [];
  globalThis.fetch = async (address, request) => {
    asked.push({ address, ...request });
    return answers.shift()();
  };
  const server = new Server();
  const told = [];
  server.onchange = (isThere) => told.push(isThere);
  return { server, asked, told };
}

/** A file that was deleted since it was chosen, or is a folder. */
class Unreadable extends File {
  async arrayBuffer() {
    throw new DOMException("A requested file could not be read", "NotReadableError");
  }
}

test("a file that cannot be read is refused in a sentence, and asked of nobody", async () => {
  const { server, asked, told } = answering();
  const content = new Unreadable(["RIFF"], "bass.wav");
  const deed = server.json("POST", "/api/sounds?name=bass.wav", { content });
  await assert.rejects(deed, /^Error: bass\.wav cannot be read: .*choose a file once more$/);
  const presets = new PresetFiles(server, [".bank"]);
  await assert.rejects(presets.read(new Unreadable([], "old.bank")), /old\.bank cannot be read/);
  assert.deepEqual([asked, told], [[], []]);
});

test("a file is sent as it is", async () => {
  const { server, asked } = answering(() => Response.json({ id: "1" }));
  await server.json("POST", "/api/sounds", { content: new File(["RIFF"], "bass.wav") });
  assert.equal(Buffer.from(asked[0].body).toString(), "RIFF");
});

test("a server that does not answer is asked again until it does", async () => {
  const gone = () => {
    throw new TypeError("Failed to fetch");
  };
  const { server, asked, told } = answering(gone, () => Response.json({ z: [1] }));
  assert.deepEqual(await server.json("GET", "/api/model"), { z: [1] });
  assert.deepEqual([asked.length, told], [2, [false, true]]);
});

test("what would only fail again is not asked again", async () => {
  const { server, asked, told } = answering(
    () => new Response("<html>"),
    () => Response.json({ error: "it is gone" }, { status: 404 }),
  );
  await assert.rejects(server.json("GET", "/api/model"), SyntaxError);
  const isLost = (error) => error instanceof Refused && error.isLost;
  await assert.rejects(server.json("GET", "/api/sounds/1"), isLost);
  assert.deepEqual([asked.length, told], [2, []]);
});

test("what nobody waits for any more is given up", async () => {
  const waiting = new AbortController();
  const { server, asked } = answering(() => {
    waiting.abort();
    throw new TypeError("Failed to fetch");
  });
  await assert.rejects(server.json("GET", "/api/model", { signal: waiting.signal }));
  assert.equal(asked.length, 1);
});
