import { Option } from "commander";
import * as z from "zod";
import { fetchProblem } from "../util/fetch-problem.ts";
import { plainText } from "./terminal.ts";

/** An upgrade waits a minute for the new version. */
const timeoutMs = 90_000;

/** What came of a question to a running router. */
export type Answer =
  | { readonly ok: true; readonly body: unknown }
  /** `problem`: a sentence for the admin. */
  | { readonly ok: false; readonly problem: string };

/** `--admin <url>` of every command that talks to a running router. */
export function adminOption(): Option {
  return new Option("--admin <url>", "admin API of the router").default(
    `http://127.0.0.1:${process.env["FAIRLEAD_ADMIN_PORT"] ?? "9900"}`,
  );
}

/** Asks the admin API; `body` makes it a POST. An answer of 422 is a refusal with its reasons, and an answer as well. */
export async function askAdmin(
  admin: string,
  path: string,
  body?: object,
  method: "POST" | "PUT" = "POST",
): Promise<Answer> {
  try {
    const post = {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    };
    const response = await fetch(new URL(path, admin), {
      ...(body === undefined ? {} : post),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok || response.status === 422) return { ok: true, body: await response.json().catch(() => null) };
    const problem = await problemOf(response);
    if (problem !== null) return refused(problem);
    return refused(
      `What answers at ${admin} is no Fairlead admin API, or refuses: ${response.status} ${response.statusText}.`,
    );
  } catch (error) {
    return refused(
      `No router answers at ${admin}: ${fetchProblem(error)}.\n` +
        "Start one with `fairlead run`, or name its address with --admin or its port with FAIRLEAD_ADMIN_PORT.",
    );
  }
}

const problemSchema = z.object({ error: z.enum(["bad-request", "not-found"]), message: z.string() });

/** What the API says of a wish that it does not understand; null = it is not ours that answers. */
async function problemOf(response: Response): Promise<string | null> {
  const said = problemSchema.safeParse(await response.json().catch(() => null));
  return said.success ? plainText(said.data.message) : null;
}

function refused(problem: string): Answer {
  return { ok: false, problem };
}
