import { Command } from "commander";
import { adminOption, askAdmin } from "./admin-client.ts";
import { isFarms } from "./follow-farms.ts";
import { statusText } from "./status-text.ts";
import { painter } from "./terminal.ts";
import { watchStatus } from "./watch-status.ts";

interface StatusOptions {
  readonly json?: true;
  readonly watch?: true;
  readonly admin: string;
}

/** `fairlead status`: what a running router knows of every server in every farm. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show which servers are alive in which farms of a running router")
    .option("--json", "print the farms as the admin API gives them; with --watch: events, a line each")
    .option("--watch", "go on, and show what changes")
    .addOption(adminOption())
    .action(async (options: StatusOptions, command: Command) => {
      const answer = await askAdmin(options.admin, "/api/v1/farms");
      if (!answer.ok || !isFarms(answer.body)) {
        const problem = answer.ok ? `What answers at ${options.admin} is no Fairlead admin API.` : answer.problem;
        command.error(problem, { exitCode: 1 });
        return;
      }
      if (options.watch) return watchStatus(options, answer.body);
      const paint = painter(process.stdout, process.env);
      const text = options.json ? `${JSON.stringify(answer.body, null, 2)}\n` : statusText(answer.body, paint);
      command.configureOutput().writeOut?.(text);
    });
}
