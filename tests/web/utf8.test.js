import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../../web/instrument/utf8.js";

const TEXTS = [
  "",
  "cutoff",
  "höhe",
  "−12 dB",
  "音",
  "🎹 x",
  "\u007f\u0080\u07ff\u0800\uffff",
  "\ud800",
];

test("texts become the bytes that the platform's encoder makes of them", () => {
  for (const text of TEXTS) {
    assert.deepEqual(encode(text), new TextEncoder().encode(text));
  }
});

test("bytes become the texts that they were, up to the zero", () => {
  for (const text of TEXTS.filter((each) => each.isWellFormed())) {
    const bytes = new TextEncoder().encode(`..${text}\0..`);
    assert.equal(decode(bytes, 2), text);
  }
});

test("bytes that are no text do no harm", () => {
  for (const bytes of [[0xff], [0xc3], [0xf0, 0x9f], [0xf7, 0xbf, 0xbf, 0xbf], [0x80, 0x41]]) {
    assert.match(decode(Uint8Array.from(bytes), 0), /^[\ufffdA]+$/);
  }
});
