import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Command } from "commander";
import { documentText, sectionsOf } from "../config/import-arr/document-text.ts";
import { importArr, type ArrImport } from "../config/import-arr/import-arr.ts";
import type { ImportFinding } from "../config/import-arr/import-finding.ts";
import type { Place } from "../config/place.ts";
import { recogniseExchange } from "../exchange/recognise-exchange.ts";
import { systemClock } from "../util/clock.ts";
import { findingLines } from "./import-text.ts";
import { standInCertificate } from "./stand-in-certificate.ts";
import { painter } from "./terminal.ts";
import { writeNewFiles } from "./write-new-files.ts";

interface ImportOptions {
  readonly output?: string;
  readonly certificate?: string;
  readonly presets: boolean;
  readonly json?: true;
  readonly force?: true;
}

type Imported = Extract<ArrImport, { ok: true }>;

/** `fairlead import`: configurations of other products. */
export function importCommand(): Command {
  return new Command("import").description("convert the configuration of another product").addCommand(arrCommand());
}

function arrCommand(): Command {
  return new Command("arr")
    .description("convert an applicationHost.config or web.config of IIS with Application Request Routing")
    .argument("<file>", "applicationHost.config or web.config")
    .option("-o, --output <file>", "write the configuration there; left out: to the standard output")
    .option("--certificate <file>", "the listeners' certificate, as the configuration shall name it, such as mail.pfx")
    .option("--no-presets", "keep farms apart that an `exchange` block could stand for")
    .option("--force", "overwrite files that are there")
    .option("--json", "print the configuration and the findings as JSON")
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const problem = await run(file, options);
      if (problem === null) return;
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify({ ok: false, problem }, null, 2)}\n`);
        process.exitCode = 1;
      } else command.error(textOf(problem), { exitCode: 1 });
    });
}

interface ImportProblem {
  readonly file: string;
  /** null = of the file as a whole, or of another one. */
  readonly place: Place | null;
  readonly message: string;
}

function textOf({ file, place, message }: ImportProblem): string {
  const where = place === null ? "" : `${file}:${place.line}:${place.column}: `;
  return `${where}${message}\nnothing was ${place === null ? "written" : "converted"}`;
}

/** null = it is done; else why nothing was. */
async function run(file: string, options: ImportOptions): Promise<ImportProblem | null> {
  const { output, certificate: given } = options;
  if (output !== undefined && resolve(output) === resolve(file)) {
    return { file, place: null, message: `${output} is what is converted: name another file for the result` };
  }
  const bytes = await readFile(file).catch((error: Error) => error);
  if (bytes instanceof Error) return { file, place: null, message: `${file} cannot be read: ${bytes.message}` };
  const name = output === undefined ? "certificate.pem" : `${basename(output, extname(output))}.pem`;
  const imported = importArr(bytes, { certificate: given ?? name });
  if (!imported.ok) return { file, place: imported.place, message: imported.message };
  const result = options.presets ? withPresets(imported) : imported;
  const standIn = given === undefined ? standInFor(name, result, options) : null;
  const remarks = remarksOf(file, standIn, output !== undefined);
  const text = documentText(result.document, remarks);
  const problem = await write(text, { result, standIn }, options);
  if (problem !== null) return { file, place: null, message: problem };
  print({ file, text, result, remarks, written: output ?? null }, options);
  return null;
}

interface StandIn {
  readonly name: string;
  readonly path: string;
  /** It is left as it is. */
  readonly isThere: boolean;
}

/** null = no listener needs a certificate. */
function standInFor(name: string, { document }: Imported, { output, force }: ImportOptions): StandIn | null {
  if (!document.listen.some((listener) => "certificates" in listener)) return null;
  const path = join(dirname(output ?? ""), name);
  // It may be the real one by now, whose key is nowhere else.
  return { name, path, isThere: output !== undefined && force === true && existsSync(path) };
}

interface ToWrite {
  readonly result: Imported;
  readonly standIn: StandIn | null;
}

/** null = all is written that is to be. */
async function write(text: string, { result, standIn }: ToWrite, options: ImportOptions): Promise<string | null> {
  if (options.output === undefined) return null;
  const files = [{ path: options.output, text }];
  if (standIn !== null && !standIn.isThere) {
    files.unshift({ path: standIn.path, text: await standInCertificate(result.hosts, systemClock) });
  }
  return writeNewFiles(files, options.force === true);
}

function withPresets(imported: Imported): Imported {
  const { document, findings, places } = imported;
  const recognised = recogniseExchange(document, places);
  if (recognised === null) return imported;
  return { ...imported, document: recognised.document, findings: inOrder([...findings, ...recognised.findings]) };
}

function inOrder(findings: readonly ImportFinding[]): readonly ImportFinding[] {
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function remarksOf(file: string, standIn: StandIn | null, written: boolean): readonly string[] {
  const origin = `Imported from ${basename(file)} by fairlead import arr, which told what it changed and left out.`;
  if (standIn === null) return [origin];
  if (standIn.isThere) return [origin, `${standIn.name} was there already, and stays what it is`];
  return [
    origin,
    written
      ? `${standIn.name} is a SELF-SIGNED STAND-IN that browsers and Outlook refuse: IIS keeps its certificates in the Windows store. Export the real one with its key as a PFX and name it in \`listen\`.`
      : `certificate.pem does not exist: IIS keeps its certificates in the Windows store. Export the real one with its key as a PFX and name it in \`listen\`.`,
  ];
}

interface Outcome {
  readonly file: string;
  readonly text: string;
  readonly result: Imported;
  readonly remarks: readonly string[];
  /** null = to the standard output. */
  readonly written: string | null;
}

function print({ file, text, result, remarks, written }: Outcome, { json }: ImportOptions): void {
  const { findings, document } = result;
  if (json === true) {
    const content = { document: Object.fromEntries(sectionsOf(document)), yaml: text, remarks: remarks.slice(1) };
    process.stdout.write(`${JSON.stringify({ ok: true, file, written, ...content, findings }, null, 2)}\n`);
    return;
  }
  const paint = painter(process.stderr, process.env);
  const warning = remarks.slice(1).map((remark) => `${paint("bad", "certificate")} ${remark}`);
  const lines = [...findingLines(file, findings, paint), ...warning, summary(findings, written)];
  process.stderr.write(`${lines.join("\n")}\n`);
  if (written === null) process.stdout.write(text);
}

function summary(findings: readonly ImportFinding[], written: string | null): string {
  const count = (kind: string): number => findings.filter((finding) => finding.kind === kind).length;
  const notes = count("note") === 1 ? "1 note" : `${count("note")} notes`;
  const counts = `${count("changed")} changed, ${count("left-out")} left out, ${notes}`;
  const next = written === null ? "" : `; ${written} is written: npx fairlead check -c ${written}`;
  return `${counts}${next}`;
}
