import { Command } from "commander";
import { createExplain, type ExplainResult } from "../explain/explain-request.ts";
import type { Question } from "../explain/explained-client.ts";
import type { Explanation } from "../explain/explanation.ts";
import { adminOption, askAdmin } from "./admin-client.ts";
import { printFindings } from "./check.ts";
import { explanationText } from "./explain-text.ts";
import { load } from "./load.ts";
import { painter } from "./terminal.ts";

interface ExplainOptions {
  readonly config?: string;
  readonly request: string;
  readonly header: readonly string[];
  readonly from: string;
  readonly all?: true;
  readonly json?: true;
  readonly admin: string;
}

/** `fairlead explain`: exit code 1 where there is nothing to explain. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("show the way of one request: rules, route, farm, members and the choice among them; nothing is sent")
    .argument("<url>", "as a client asks for it, such as https://mail.example.com/owa")
    .option("-X, --request <method>", "its method", "GET")
    .option("-H, --header <line>", 'a header that it has, "Name: value"; as often as there are some', collect, [])
    .option("--from <address>", "the address that it comes from", "192.0.2.1")
    .option("-c, --config <file>", "by this configuration; left out: by a running router, which knows its servers")
    .option("--all", "show the rules that do not match, however many there are")
    .option("--json", "print the explanation as the admin API gives it")
    .addOption(adminOption())
    .action(async (url: string, options: ExplainOptions, command: Command) => {
      const question = { url, method: options.request, headers: options.header, from: options.from };
      const result = await (options.config === undefined
        ? askRouter(question, options)
        : explainByFile(question, options.config));
      if (result === null) {
        process.exitCode = 1;
        return;
      }
      if (!result.ok) {
        command.error(result.problem, { exitCode: 1 });
        return;
      }
      const { explanation } = result;
      const text = options.json
        ? `${JSON.stringify(explanation, null, 2)}\n`
        : explanationText(explanation, { all: options.all === true, paint: painter(process.stdout, process.env) });
      command.configureOutput().writeOut?.(text);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** null = the configuration has problems, which have been printed. */
async function explainByFile(question: Question, file: string): Promise<ExplainResult | null> {
  const result = await load(file);
  if (result.ok) return createExplain(result.config)(question, null);
  printFindings(result);
  return null;
}

async function askRouter(question: Question, { admin }: ExplainOptions): Promise<ExplainResult> {
  const answer = await askAdmin(admin, "/api/v1/explain", question);
  if (!answer.ok) return { ok: false, problem: `${answer.problem}\nOr name a configuration with --config.` };
  if (!isExplanation(answer.body)) {
    return { ok: false, problem: `What answers at ${admin} is no Fairlead admin API, or one of another version.` };
  }
  return { ok: true, explanation: answer.body };
}

function isExplanation(body: unknown): body is Explanation {
  if (typeof body !== "object" || body === null) return false;
  return ["request", "listener", "rules", "verdict"].every((key) => Object.hasOwn(body, key));
}
