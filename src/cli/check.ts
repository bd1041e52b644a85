import { Command } from "commander";
import { stringify } from "yaml";
import type { LoadResult } from "../config/load-config.ts";
import { problemLine } from "../config/problem.ts";
import type { Problem } from "../config/problem.ts";
import { load } from "./load.ts";
import { publishedData, publishedText } from "./published.ts";
import { painter } from "./terminal.ts";

interface CheckOptions {
  readonly config: string;
  readonly expanded?: true;
  readonly json?: true;
}

/** `fairlead check`: exit code 1 where the configuration has a problem. */
export function checkCommand(): Command {
  return new Command("check")
    .description("validate a configuration and show what it publishes")
    .option("-c, --config <file>", "the configuration", "fairlead.yaml")
    .option("--expanded", "print the configuration with its exchange block written out")
    .option("--json", "print the result as JSON")
    .action(async (options: CheckOptions) => {
      const result = await load(options.config);
      if (!result.ok) process.exitCode = 1;
      if (options.json === true) print(jsonOf(result, options));
      else printForPeople(result, options);
    });
}

function jsonOf(result: LoadResult, { expanded }: CheckOptions): string {
  const { ok, warnings } = result;
  if (!result.ok) return JSON.stringify({ ok, problems: result.problems, warnings }, null, 2);
  const content = expanded === true ? { expanded: result.expanded } : { published: publishedData(result.config) };
  return JSON.stringify({ ok, warnings, ...content }, null, 2);
}

function printForPeople(result: LoadResult, { config: file, expanded }: CheckOptions): void {
  printFindings(result);
  if (!result.ok) return;
  if (expanded === true) {
    print(stringify(result.expanded, { lineWidth: 120, aliasDuplicateObjects: false }).trimEnd());
    return;
  }
  const paint = painter(process.stdout, process.env);
  const { warnings } = result;
  const verdict = warnings.length === 0 ? "is valid" : `is valid, with ${count(warnings.length, "warning")}`;
  print(`${file} ${paint("good", verdict)}\n\n${publishedText(result.config, paint)}`);
}

/** One line for each, on the error output, so that `--expanded` can be piped into a file. */
export function printFindings(result: LoadResult): void {
  const paint = painter(process.stderr, process.env);
  const line = (tone: "bad" | "warn", kind: string) => (problem: Problem) =>
    `${paint(tone, kind)} ${problemLine(problem)}`;
  const problems = result.ok ? [] : result.problems;
  const lines = [...problems.map(line("bad", "error")), ...result.warnings.map(line("warn", "warning"))];
  if (problems.length > 0) lines.push(`${count(problems.length, "error")}, nothing was started`);
  if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
