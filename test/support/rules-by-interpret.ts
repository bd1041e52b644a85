import assert from "node:assert/strict";
import { interpret } from "../../src/config/interpret.ts";
import { rulesOfYaml } from "./rules-of-yaml.ts";

/** The rules of a golden file as the product reads them, in a configuration around them; null = it does not read rules yet. */
export function rulesByInterpret(yaml: string): unknown {
  const result = interpret(around(yaml) + yaml, "golden.yaml", {}).resolve({ files: new Map(), env: {}, now: 0 });
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  return new Map<string, unknown>(Object.entries(result.config)).get("rules") ?? null;
}

/** What else a configuration needs: the farms that the rules name. */
function around(yaml: string): string {
  const { inbound } = rulesOfYaml(yaml);
  const named = inbound.flatMap(({ action }) => (action.kind === "rewrite" ? [action.farm ?? "app"] : []));
  const farms = new Set(["app", ...named.filter((name) => !name.includes("{"))]);
  return [
    "listen: [{ port: 80 }]",
    "servers: { s: s.local }",
    "farms:",
    ...Array.from(farms, (name) => `  ${name}: { servers: [s] }`),
    "routes: [{ farm: app }]",
    "",
  ].join("\n");
}
