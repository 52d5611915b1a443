// node build.mjs OUT: writes each library as one plain script, formulas with their style and fonts,
// and the licences of all that went into them.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

// Of KaTeX's fonts, those that the formulas of pages need: the others would be half of the style. A
// formula that needs another one fails the tests of the page, and adds it here.
const FONTS = /KaTeX_((AMS|Caligraphic|Main|Size\d)-Regular|Main-Bold|Math-Italic)\.woff2$/;

/** Fonts as text: a page from disk may load no others. */
const fonts = {
  name: "fonts",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.woff2$/ }, async ({ path }) => {
      return { contents: await readFile(path), loader: FONTS.test(path) ? "dataurl" : "empty" };
    }),
};

const [, , out] = process.argv;
const { metafile } = await build({
  entryPoints: ["scatterplot.js", "formulas.js"],
  outdir: out,
  bundle: true,
  format: "iife",
  minify: true,
  metafile: true,
  legalComments: "none",
  target: "es2022",
  plugins: [fonts],
  // Browsers that know WebAssembly know WOFF2.
  loader: { ".woff": "empty", ".ttf": "empty" },
});

const packages = Object.keys(metafile.inputs)
  .map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  .filter((name) => name !== undefined);

async function licence(name) {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const text = await Promise.any(
    ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => readFile(join(folder, file), "utf8")),
  ).catch(() => `Licensed as ${license}.`);
  return `${name} ${version}\n\n${text.trim()}\n`;
}

const licences = await Promise.all([...new Set(packages)].sort().map(licence));
await writeFile(join(out, "libraries-licences.txt"), licences.join("\n\n"));
