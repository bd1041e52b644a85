import { Command } from "commander";
import type { FarmStatus } from "../control/farm-status.ts";
import { statusText } from "./status-text.ts";
import { painter } from "./terminal.ts";

interface StatusOptions {
  readonly json?: true;
  readonly admin: string;
}

const timeoutMs = 5000;

/** `fairlead status`: what a running router knows of every server in every farm. */
export function statusCommand(): Command {
  return new Command("status")
    .description("show which servers are alive in which farms of a running router")
    .option("--json", "print the farms as the admin API gives them")
    .option(
      "--admin <url>",
      "admin API of the router",
      `http://127.0.0.1:${process.env["FAIRLEAD_ADMIN_PORT"] ?? "9900"}`,
    )
    .action(async (options: StatusOptions, command: Command) => {
      const answer = await fetchFarms(options.admin);
      if (!answer.ok) {
        command.error(answer.problem, { exitCode: 1 });
        return;
      }
      const paint = painter(process.stdout, process.env);
      const text = options.json ? `${JSON.stringify(answer.farms, null, 2)}\n` : statusText(answer.farms, paint);
      command.configureOutput().writeOut?.(text);
    });
}

type Answer = { readonly ok: true; readonly farms: FarmStatus[] } | { readonly ok: false; readonly problem: string };

async function fetchFarms(admin: string): Promise<Answer> {
  try {
    const response = await fetch(new URL("/api/v1/farms", admin), { signal: AbortSignal.timeout(timeoutMs) });
    const farms: unknown = response.ok ? await response.json() : null;
    if (isFarms(farms)) return { ok: true, farms };
    return refused(
      `What answers at ${admin} is no Fairlead admin API, or refuses: ${response.status} ${response.statusText}.`,
    );
  } catch (error) {
    return refused(
      `No router answers at ${admin}: ${reasonOf(error)}.\n` +
        "Start one with `fairlead run`, or name its address with --admin or its port with FAIRLEAD_ADMIN_PORT.",
    );
  }
}

function isFarms(value: unknown): value is FarmStatus[] {
  return Array.isArray(value) && value.every((farm) => Array.isArray(farm?.members));
}

function refused(problem: string): Answer {
  return { ok: false, problem };
}

/** `fetch` hides what happened in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && cause.code === "ECONNREFUSED" ? "connection refused" : cause.message;
}
