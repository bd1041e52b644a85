import { Command, InvalidArgumentError } from "commander";
import * as z from "zod";
import { problemLine } from "../config/problem.ts";
import { adminOption, askAdmin } from "./admin-client.ts";
import { painter, table } from "./terminal.ts";

interface CommonOptions {
  readonly json?: true;
  readonly admin: string;
}

const problems = z.array(
  z.object({ file: z.string(), line: z.number(), column: z.number(), path: z.string(), message: z.string() }),
);
const outcomeSchema = z.discriminatedUnion("applied", [
  z.object({
    applied: z.literal(true),
    id: z.number(),
    changes: z.array(z.string()),
    warnings: problems,
    tookMs: z.number(),
  }),
  z.object({ applied: z.literal(false), problems, changes: z.array(z.string()), warnings: problems }),
]);
type Outcome = z.output<typeof outcomeSchema>;

const historySchema = z.array(
  z.object({ id: z.number(), at: z.string(), by: z.string(), changes: z.array(z.string()), inForce: z.boolean() }),
);

/** `fairlead reload`: has a running router read its configuration again. */
export function reloadCommand(): Command {
  return new Command("reload")
    .description("have a running router read its configuration again")
    .option("--dry-run", "say what would change, and change nothing")
    .option("--json", "print the outcome as the admin API gives it")
    .addOption(adminOption())
    .action(async (options: CommonOptions & { readonly dryRun?: true }, command: Command) => {
      const dryRun = options.dryRun === true;
      const verb = dryRun ? "would change" : "changed";
      await putInForce({ path: "/api/v1/reload", body: { dryRun }, verb }, options, command);
    });
}

/** `fairlead rollback`: back to the configuration before the present one. */
export function rollbackCommand(): Command {
  return new Command("rollback")
    .description("put an earlier configuration of a running router in force again; its file stays as it is")
    .argument("[id]", "which one; left out: the one before the present one", numberOf)
    .option("--list", "list the last configurations, and change nothing")
    .option("--json", "print the outcome as the admin API gives it")
    .addOption(adminOption())
    .action(async (to: number | undefined, options: CommonOptions & { readonly list?: true }, command: Command) => {
      if (options.list) await listConfigurations(options, command);
      else {
        const body = to === undefined ? {} : { to };
        await putInForce({ path: "/api/v1/rollback", body, verb: "changed" }, options, command);
      }
    });
}

function numberOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a number from `fairlead rollback --list`");
}

interface Wish {
  readonly path: string;
  readonly body: object;
  readonly verb: string;
}

async function putInForce({ path, body, verb }: Wish, options: CommonOptions, command: Command): Promise<void> {
  const answer = await askAdmin(options.admin, path, body);
  const outcome = answer.ok ? outcomeSchema.safeParse(answer.body) : null;
  if (!answer.ok || outcome?.success !== true) {
    command.error(answer.ok ? `What answers at ${options.admin} is no Fairlead admin API.` : answer.problem);
    return;
  }
  const text = options.json ? `${JSON.stringify(outcome.data, null, 2)}\n` : outcomeText(outcome.data, verb);
  command.configureOutput().writeOut?.(text);
  if (isRefused(outcome.data)) process.exitCode = 1;
}

/** A dry run that finds nothing wrong puts nothing in force either. */
function isRefused(outcome: Outcome): outcome is Extract<Outcome, { applied: false }> {
  return !outcome.applied && outcome.problems.length > 0;
}

function outcomeText(outcome: Outcome, verb: string): string {
  const paint = painter(process.stdout, process.env);
  const warnings = outcome.warnings.map((problem) => `${paint("warn", "warning")}: ${problemLine(problem)}\n`).join("");
  const changes = outcome.changes.map((change) => `  ${change}\n`).join("");
  if (isRefused(outcome)) {
    const lines = outcome.problems.map((problem) => `${paint("bad", "error")}: ${problemLine(problem)}\n`).join("");
    return `${warnings}${lines}Refused: the old configuration serves on.\n`;
  }
  if (changes === "") return `${warnings}Nothing has changed.\n`;
  const took = outcome.applied ? ` in ${Math.round(outcome.tookMs)} ms` : "";
  return `${warnings}${paint("good", verb)}${took}:\n${changes}`;
}

async function listConfigurations(options: CommonOptions, command: Command): Promise<void> {
  const answer = await askAdmin(options.admin, "/api/v1/configurations");
  const entries = answer.ok ? historySchema.safeParse(answer.body) : null;
  if (!answer.ok || entries?.success !== true) {
    command.error(answer.ok ? `What answers at ${options.admin} is no Fairlead admin API.` : answer.problem);
    return;
  }
  const rows = entries.data.map(({ id, at, by, changes, inForce }) => [
    inForce ? `* ${id}` : `  ${id}`,
    at.replace("T", " ").slice(0, 19),
    by,
    changes.length === 1 ? (changes[0] ?? "") : `${changes.length} changes`,
  ]);
  const text = options.json ? JSON.stringify(entries.data, null, 2) : table(rows);
  command.configureOutput().writeOut?.(`${text}\n`);
}
