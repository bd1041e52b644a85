import type { LoadResult } from "../config/load-config.ts";
import type { Problem } from "../config/problem.ts";
import { ListenError } from "../listen/listen-error.ts";

/** Where in the configuration the reason stands why it could not be put in force. What is a fault of ours is thrown on. */
export function startProblem(
  { config, problemAt }: Pick<Extract<LoadResult, { ok: true }>, "config" | "problemAt">,
  error: unknown,
): Problem {
  if (error instanceof ListenError) {
    const { entry, unix } = error.listener;
    return problemAt(["listen", entry, unix === null ? "port" : "unix"], error.message);
  }
  const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  if (!taken) throw error;
  const ofMetrics = "port" in error && config.metrics !== null && error.port === config.metrics.port;
  const [section, place] = ofMetrics ? ["metrics", config.metrics] : ["admin", config.admin];
  const inUse = `${place?.port} can't be listened on: another program has the port (stop it, or choose another port)`;
  return problemAt([section, "port"], inUse);
}
