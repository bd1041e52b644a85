import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FarmConfig } from "../config/farm-config.ts";
import { interpret } from "../config/interpret.ts";
import { exchangePreset } from "./exchange-preset.ts";

function farmsOf(block: string): readonly FarmConfig[] {
  const text = `listen: [{ port: 80 }]\nservers: { a: a.local, b: b.local, old1: old1.local, old2: old2.local }\nexchange: { domain: x.y, servers: [a, b], ${block} }\n`;
  const draft = interpret(text, "f.yaml", { exchange: exchangePreset });
  const result = draft.resolve({ files: new Map(), env: {}, now: 0 });
  assert.ok(result.ok, JSON.stringify(result));
  assert.deepEqual(result.warnings, []);
  return result.config.farms;
}

/** What keeps the clients of each farm on one server. */
function kept(block: string): Readonly<Record<string, string>> {
  return Object.fromEntries(farmsOf(block).map((farm) => [farm.name, wordsOf(farm)]));
}

function wordsOf({ affinity, balance }: FarmConfig): string {
  const key = affinity?.key;
  const known = key?.source === "header" ? key.name : (key?.source ?? affinity?.cookie?.name ?? "-");
  return balance.name === "hash" ? `${known}, else ${balance.key?.source} within ${balance.bound}` : known;
}

const byProtocol = {
  owa: "FairleadServer",
  ecp: "FairleadServer",
  ews: "FairleadServer",
  eas: "Authorization",
  oab: "-",
  oa: "client-address",
  autodiscover: "-",
};
const mixed = "FairleadServer, else client-address within 0";

describe("sessions of Exchange", () => {
  it("are kept on one server in 2007 and 2010, by what clients of each protocol show", () => {
    assert.deepEqual(kept("version: 2010, layout: single-namespace"), byProtocol);
    const { ecp: _, ...of2007 } = byProtocol;
    assert.deepEqual(kept("version: 2007, layout: namespace-per-protocol"), of2007);
    assert.deepEqual(kept("version: 2010, layout: single-namespace, publish: [powershell]"), {
      powershell: "client-address",
    });
  });

  it("are kept where one farm serves several protocols, for clients without cookies by their address", () => {
    assert.deepEqual(kept("version: 2010, layout: shared-check"), { mail: mixed, autodiscover: "-" });
    assert.deepEqual(kept("version: 2010, layout: shared-check, publish: [oab, owa]"), { mail: mixed });
    assert.deepEqual(kept("version: 2010, layout: shared-check, publish: [owa]"), { mail: "FairleadServer" });
    assert.deepEqual(kept("version: 2010, layout: shared-check, publish: [oab]"), { mail: "-" });
  });

  it("need nothing since 2013, but for the old servers beside them", () => {
    const legacy = "legacy: { version: 2007, servers: [old1, old2]";
    assert.deepEqual(kept(`version: 2013, layout: shared-check, ${legacy} }`), {
      mail: "-",
      autodiscover: "-",
      legacy: mixed,
    });
    assert.deepEqual(kept(`version: SE, layout: single-namespace, publish: [owa], ${legacy}, split: true }`), {
      owa: "-",
      "legacy-owa": "FairleadServer",
      "legacy-ews": "FairleadServer",
    });
  });

  it("outlast a request that is silent for an hour", () => {
    const idle = farmsOf("version: 2010, layout: single-namespace").map(({ affinity }) => affinity?.idleMs ?? 0);
    assert.equal(Math.max(...idle), 8 * 3_600_000);
  });
});
