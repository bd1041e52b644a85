import { Command } from "commander";
import { checkCommand } from "./check.ts";
import { importCommand } from "./import.ts";
import { demoCommand } from "./demo.ts";
import { explainCommand } from "./explain.ts";
import { labCommand } from "./lab.ts";
import { runCommand } from "./run.ts";
import { reloadCommand, rollbackCommand } from "./reload.ts";
import { serverCommand } from "./server.ts";
import { schemaCommand } from "./schema.ts";
import { statusCommand } from "./status.ts";
import { upgradeCommand } from "./upgrade.ts";
import { version } from "./version.ts";

/** The command line. `words` without node and the script. */
export async function main(words: readonly string[]): Promise<void> {
  const program = new Command("fairlead")
    .description("application request router: sends each request only where its protocol is alive")
    .version(version)
    .showHelpAfterError("(fairlead --help shows what there is)");
  for (const command of [
    runCommand(),
    checkCommand(),
    explainCommand(),
    importCommand(),
    schemaCommand(),
    statusCommand(),
    serverCommand(),
    reloadCommand(),
    rollbackCommand(),
    upgradeCommand(),
    labCommand(),
    demoCommand(),
  ]) {
    program.addCommand(command);
  }
  await program.parseAsync(words, { from: "user" });
}
