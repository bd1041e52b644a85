import { Command } from "commander";
import type { FarmStatus } from "../control/farm-status.ts";
import { adminOption, askAdmin } from "./admin-client.ts";
import { statusText } from "./status-text.ts";
import { painter } from "./terminal.ts";

interface StatusOptions {
  readonly json?: true;
  readonly admin: string;
}

/** `fairlead status`: what a running router knows of every server in every farm. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show which servers are alive in which farms of a running router")
    .option("--json", "print the farms as the admin API gives them")
    .addOption(adminOption())
    .action(async (options: StatusOptions, command: Command) => {
      const answer = await askAdmin(options.admin, "/api/v1/farms");
      if (!answer.ok || !isFarms(answer.body)) {
        const problem = answer.ok ? `What answers at ${options.admin} is no Fairlead admin API.` : answer.problem;
        command.error(problem, { exitCode: 1 });
        return;
      }
      const paint = painter(process.stdout, process.env);
      const text = options.json ? `${JSON.stringify(answer.body, null, 2)}\n` : statusText(answer.body, paint);
      command.configureOutput().writeOut?.(text);
    });
}

function isFarms(value: unknown): value is FarmStatus[] {
  return Array.isArray(value) && value.every((farm) => Array.isArray(farm?.members));
}
