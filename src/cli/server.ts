import { userInfo } from "node:os";
import { Argument, Command } from "commander";
import * as z from "zod";
import { adminOption, askAdmin, type Answer } from "./admin-client.ts";
import { leftText } from "./left-text.ts";
import { painter, plainText, table, type Paint } from "./terminal.ts";

interface ServerOptions {
  readonly farm?: string;
  readonly now?: true;
  readonly deadline?: string;
  readonly note?: string;
  readonly json?: true;
  readonly admin: string;
}

const memberSchema = z.object({
  farm: z.string(),
  server: z.string(),
  state: z.string(),
  stateSet: z.object({ scope: z.string(), by: z.string(), until: z.string().nullable() }).nullable(),
  healthy: z.boolean().nullable(),
  held: z.number(),
  oldestMs: z.number(),
});
const outcomeSchema = z.object({
  warnings: z.array(z.string()),
  kept: z.boolean(),
  server: z.object({ name: z.string(), held: z.number(), oldestMs: z.number(), members: z.array(memberSchema) }),
});
type Outcome = z.output<typeof outcomeSchema>;

const states = ["available", "drain", "unavailable"] as const;

/** `fairlead server`: takes a server, or one protocol of it, out of service and back. */
export function serverCommand(): Command {
  return new Command("server")
    .description("take a server, or its member in one farm, out of service and back")
    .argument("<server>", "its name in the configuration")
    .addArgument(
      new Argument(
        "<state>",
        "available; drain: nothing new, clients that belong there stay; unavailable: what runs may end, nothing else",
      ).choices(states),
    )
    .option("--farm <farm>", "only its member in this farm; left out: in all of them")
    .option("--deadline <duration>", "then what still runs is ended, such as 10m (drain, unavailable)")
    .option("--now", "end at once what runs (unavailable)")
    .option("--note <text>", "why, for those who look at it later")
    .option("--json", "print the outcome as the admin API gives it")
    .addOption(adminOption())
    .action(async (server: string, state: string, options: ServerOptions, command: Command) => {
      const answer = await askAdmin(options.admin, pathOf(server, options), bodyOf(state, options), "PUT");
      const outcome = answer.ok ? outcomeSchema.safeParse(answer.body) : null;
      if (!answer.ok || outcome?.success !== true) {
        command.error(problemOf(answer, options), { exitCode: 1 });
        return;
      }
      const paint = painter(process.stdout, process.env);
      const text = options.json
        ? `${JSON.stringify(answer.body, null, 2)}\n`
        : outcomeText(outcome.data, options.farm, paint);
      command.configureOutput().writeOut?.(text);
    });
}

function pathOf(server: string, { farm }: ServerOptions): string {
  const name = encodeURIComponent(server);
  return farm === undefined
    ? `/api/v1/servers/${name}/state`
    : `/api/v1/farms/${encodeURIComponent(farm)}/members/${name}/state`;
}

function bodyOf(state: string, { now, deadline, note }: ServerOptions): object {
  return {
    state,
    by: operator(),
    ...(now ? { now } : {}),
    ...(deadline ? { deadline } : {}),
    ...(note ? { note } : {}),
  };
}

/** In a container a user may have no name. */
function operator(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

function problemOf(answer: Answer, { admin }: ServerOptions): string {
  return answer.ok ? `What answers at ${admin} is no Fairlead admin API.` : answer.problem;
}

function outcomeText({ warnings, kept, server }: Outcome, farm: string | undefined, paint: Paint): string {
  const rows = server.members
    .filter((member) => farm === undefined || member.farm === farm)
    .map(({ farm: name, state, stateSet, held, oldestMs }) => [
      `  ${plainText(name)}`,
      paint(state === "available" ? "good" : "warn", state),
      state === "available" ? "" : leftText(held, oldestMs),
      stateSet?.until === null || stateSet === null ? "" : `until ${plainText(stateSet.until)}`,
      stateSet !== null && stateSet.scope === "server" && farm !== undefined ? "(as the whole server)" : "",
    ]);
  const said = warnings.map((warning) => `${paint("warn", "warning")}: ${plainText(warning)}\n`).join("");
  const lost = kept
    ? ""
    : `${paint("warn", "warning")}: this could not be written down and is forgotten at a restart (see the log)\n`;
  return `${plainText(server.name)}\n${table(rows)}\n${said}${lost}`;
}
