import { interpret } from "../../src/config/interpret.ts";
import { problemLine } from "../../src/config/problem.ts";
import type { RulesConfig } from "../../src/rules/rule-config.ts";

/** The rules of a document that has `rules:` and what belongs to them, with these farms; throws where it has a problem. */
export function rulesOf(text: string, farms: readonly string[] = ["app"]): RulesConfig {
  const around = [
    "listen: [{ port: 80 }]",
    "servers: { s: http://127.0.0.1:1 }",
    `farms: { ${farms.map((name) => `${JSON.stringify(name)}: { servers: [s] }`).join(", ")} }`,
    `routes: [{ farm: ${JSON.stringify(farms[0])} }]`,
  ].join("\n");
  const meaning = interpret(`${text.trim()}\n${around}\n`, "rules.yaml", {}).resolve({
    files: new Map(),
    env: {},
    now: 0,
  });
  if (!meaning.ok) throw new Error(meaning.problems.map(problemLine).join("\n"));
  return meaning.config.rules;
}
