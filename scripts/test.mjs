// Runs the compiled unit and end-to-end tests. `node --test DIR` differs between Node 20 and 24, so the files are
// listed here. `node scripts/test.mjs WORD` runs the files whose path has WORD in it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const words = process.argv.slice(2);
const files = readdirSync("dist", { recursive: true })
  .filter((file) => file.endsWith(".test.js"))
  .map((file) => join("dist", file))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .toSorted();
if (files.length === 0) {
  console.error(`no test file matches: ${words.join(" ")}`);
  process.exit(1);
}
run({ files, concurrency: 2, timeout: 180_000 })
  .on("test:fail", () => (process.exitCode = 1))
  .compose(new spec())
  .pipe(process.stdout);
