// node build.mjs OUT: writes each library as one plain script, formulas with their style and fonts,
// and the licences of all that went into them.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

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
  // Browsers that know WebAssembly know WOFF2. Fonts are text: a page from disk may load no others.
  loader: { ".woff2": "dataurl", ".woff": "empty", ".ttf": "empty" },
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
