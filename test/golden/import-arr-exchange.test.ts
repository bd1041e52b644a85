import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FarmInput } from "../../src/config/farm-schema.ts";
import type { ImportDocument } from "../../src/config/import-arr/import-document.ts";
import { recogniseExchange } from "../../src/exchange/recognise-exchange.ts";
import { importGolden } from "../support/golden-import.ts";

const { document } = importGolden("single-namespace-block");

function recognised(changed: Partial<ImportDocument>): ImportDocument | null {
  return recogniseExchange({ ...document, ...changed }, new Map())?.document ?? null;
}

const withFarm = (name: string, changed: Partial<FarmInput>): Partial<ImportDocument> => {
  const farm = document.farms[name];
  assert.ok(farm);
  return { farms: { ...document.farms, [name]: { ...farm, ...changed } } };
};

const health = (path: string, host: string): Partial<FarmInput> => ({ health: { path, host } });

describe("an exchange block", () => {
  it("stands for farms that it publishes alike", () => {
    assert.deepEqual(recognised({})?.presets["exchange"], {
      version: 2013,
      layout: "single-namespace",
      domain: "tailspintoys.com",
      servers: ["TS-E2016-01", "TS-E2016-02"],
    });
  });

  it("leaves other farms, and routes that publish more, where they are", () => {
    const more = { host: "mail.tailspintoys.com", path: "/files", farm: "files" };
    const files: FarmInput = { servers: ["TS-E2016-01"] };
    const found = recognised({ farms: { ...document.farms, files }, routes: [...document.routes, more] });
    assert.deepEqual(found?.routes, [more]);
    assert.deepEqual(found?.farms, { files });
  });

  it("gives the farms of rules their new names", () => {
    const found = recognised({ rules: [{ name: "a", host: "a.b", farm: "mail-owa", stop: true }] });
    // The root is not redirected then, and the block publishes it.
    assert.equal(found, null);
    const rules = [...document.rules, { name: "a", host: "a.b", farm: "mail-owa", stop: true }];
    assert.equal(recognised({ rules })?.rules.at(-1)?.farm, "owa");
  });

  const differing: readonly (readonly [name: string, changed: Partial<ImportDocument>])[] = [
    ["a path of it is not published", { routes: document.routes.filter(({ path }) => path !== "/rpcwithcert") }],
    [
      "a path leads to another farm",
      { routes: document.routes.map((route) => (route.path === "/oab" ? { ...route, farm: "mail-ews" } : route)) },
    ],
    ["a route has a limit", { routes: document.routes.map((route) => ({ ...route, maxBody: "1MiB" })) }],
    ["the root is not answered by a rule", { rules: [] }],
    ["a farm is named by a template", { rules: [...document.rules, { name: "a", farm: "{HTTP_X_FARM}" }] }],
    ["a weight differs", withFarm("mail-ews", { servers: [{ server: "TS-E2016-01", weight: 2 }, "TS-E2016-02"] })],
    ["a farm has affinity", withFarm("mail-owa", { affinity: { cookie: "ARRAffinity", format: "arr" } })],
    ["a farm has another balance", withFarm("mail-owa", { balance: "round-robin" })],
    ["a check asks for something else", withFarm("mail-owa", health("/owa/auth/logon.aspx", "mail.tailspintoys.com"))],
    ["a check asks under another name", withFarm("mail-owa", health("/owa/healthcheck.htm", "owa.tailspintoys.com"))],
    ["members are spoken to by plain HTTP", { servers: { ...document.servers, "TS-E2016-01": "http://TS-E2016-01" } }],
  ];
  for (const [name, changed] of differing) {
    it(`does not stand for them where ${name}`, () => assert.equal(recognised(changed), null));
  }
});
