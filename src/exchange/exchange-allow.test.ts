import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interpret, type Interpretation } from "../config/interpret.ts";
import { problemLine } from "../config/problem.ts";
import { exchangePreset } from "./exchange-preset.ts";

function read(block: string): Interpretation {
  const text = `listen: [{ port: 80 }]\nservers: { a: a.local, old: old.local }\nexchange: { domain: x.y, servers: [a], ${block} }\n`;
  return interpret(text, "f.yaml", { exchange: exchangePreset }).resolve({ files: new Map(), env: {}, now: 0 });
}

/** The paths that are not open to all, with who may. */
function restricted(block: string): readonly string[] {
  const result = read(block);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config.routes.flatMap(({ host, path, exact, limits }) =>
    limits === undefined ? [] : [`${host}${path}${exact === true ? "$" : ""} ${limits.allow?.join(" ")}`],
  );
}

describe("who may use a protocol of Exchange", () => {
  const admins = "publish: [owa, ecp, ews, powershell], allow: { ecp: [10.0.0.0/8], powershell: [10.9.0.1] }";

  it("is said for its routes in every layout", () => {
    assert.deepEqual(restricted(`version: 2016, layout: shared-check, ${admins}`), [
      "mail.x.y/ecp 10.0.0.0/8",
      "mail.x.y/powershell 10.9.0.1/32",
    ]);
    assert.deepEqual(restricted(`version: 2016, layout: single-namespace, ${admins}`), [
      "mail.x.y/ecp 10.0.0.0/8",
      "mail.x.y/powershell 10.9.0.1/32",
    ]);
    assert.deepEqual(restricted(`version: 2016, layout: namespace-per-protocol, ${admins}`), [
      "ecp.x.y/ecp 10.0.0.0/8",
      "powershell.x.y/powershell 10.9.0.1/32",
    ]);
  });

  it("holds for all of its paths, and under the legacy name as well", () => {
    assert.deepEqual(
      restricted(
        "version: 2013, layout: single-namespace, publish: [owa], legacy: { version: 2007, servers: [old] }, allow: { owa: [10.0.0.0/8] }",
      ),
      [
        "mail.x.y/$ 10.0.0.0/8",
        "mail.x.y/owa 10.0.0.0/8",
        "legacy.x.y/$ 10.0.0.0/8",
        "legacy.x.y/owa 10.0.0.0/8",
        "legacy.x.y/exchange 10.0.0.0/8",
        "legacy.x.y/exchweb 10.0.0.0/8",
        "legacy.x.y/public 10.0.0.0/8",
      ],
    );
  });

  it("is told with its place where it is wrong", () => {
    const result = read("version: 2016, layout: shared-check, allow: { ecp: [inside], owas: [10.0.0.0/8], ews: [] }");
    assert.ok(!result.ok);
    assert.deepEqual(result.problems.map(problemLine), [
      'f.yaml:3:92: exchange.allow.ecp.0: "inside" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
      'f.yaml:3:101: exchange.allow.owas: "owas" is not a key here; did you mean "owa"? allowed here are owa, ecp, ews, eas, oab, oa, mapi, autodiscover, powershell',
      "f.yaml:3:126: exchange.allow.ews: nobody is allowed: write networks, or leave the key out for everybody",
    ]);
    const network = read("version: 2016, layout: shared-check, allow: { ecp: [10.0.0.0/8, inside] }");
    assert.ok(!network.ok);
    assert.deepEqual(network.problems.map(problemLine), [
      'f.yaml:3:104: exchange.allow.ecp.1: "inside" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
    ]);
    const unpublished = read("version: 2016, layout: shared-check, allow: { powershell: [10.0.0.0/8] }");
    assert.deepEqual(unpublished.warnings.map(problemLine), [
      "f.yaml:3:98: exchange.allow.powershell: this protocol is not published: add it to `publish`, or leave its networks out",
    ]);
  });
});
