import assert from "node:assert/strict";
import { it } from "node:test";
import { interpret } from "./interpret.ts";

const base = `listen: [{ port: 80 }]
servers: { a: a.local }
farms: { app: { servers: [a] } }
routes: [{ farm: app }]
`;

const table: readonly (readonly [written: string, env: Record<string, string>, stateFile: string | null])[] = [
  ["", {}, "/etc/fairlead/.fairlead/state.json"],
  ["", { STATE_DIRECTORY: "/var/lib/fairlead" }, "/var/lib/fairlead/state.json"],
  ["", { STATE_DIRECTORY: "/var/lib/one:/var/lib/two" }, "/var/lib/one/state.json"],
  ["", { STATE_DIRECTORY: "" }, "/etc/fairlead/.fairlead/state.json"],
  ["stateFile: states/a.json", { STATE_DIRECTORY: "/var/lib/fairlead" }, "/etc/fairlead/states/a.json"],
  ["stateFile: /srv/a.json", {}, "/srv/a.json"],
  ["stateFile: off", { STATE_DIRECTORY: "/var/lib/fairlead" }, null],
];

for (const [written, env, stateFile] of table) {
  it(`keeps states in ${stateFile ?? "no file"} with ${written === "" ? "nothing written" : written}`, () => {
    const draft = interpret(base + written, "/etc/fairlead/fairlead.yaml", {});
    const result = draft.resolve({ files: new Map(), env, now: 0 });
    assert.ok(result.ok);
    assert.equal(result.config.stateFile, stateFile);
  });
}
