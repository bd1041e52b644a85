import { Command } from "commander";
import * as z from "zod";
import { adminOption, askAdmin } from "./admin-client.ts";

const outcomeSchema = z.discriminatedUnion("upgraded", [
  z.object({ upgraded: z.literal(true), pid: z.number(), version: z.string() }),
  z.object({ upgraded: z.literal(false), problem: z.string() }),
]);

/** `fairlead upgrade`: the version that is installed now takes the listeners over from the one that runs. */
export function upgradeCommand(): Command {
  return new Command("upgrade")
    .description("have the installed version take over from the running one, without a connection lost")
    .option("--json", "print the outcome as the admin API gives it")
    .addOption(adminOption())
    .action(async (options: { readonly json?: true; readonly admin: string }, command: Command) => {
      const answer = await askAdmin(options.admin, "/api/v1/upgrade", {});
      const outcome = answer.ok ? outcomeSchema.safeParse(answer.body) : null;
      if (!answer.ok || outcome?.success !== true) {
        command.error(answer.ok ? `What answers at ${options.admin} is no Fairlead admin API.` : answer.problem);
        return;
      }
      const { data } = outcome;
      const sentence = data.upgraded
        ? `Process ${data.pid} (version ${data.version}) serves now. The old one ends when its connections have.`
        : `Refused, the running version serves on: ${data.problem}`;
      command.configureOutput().writeOut?.(`${options.json ? JSON.stringify(data, null, 2) : sentence}\n`);
      if (!data.upgraded) process.exitCode = 1;
    });
}
