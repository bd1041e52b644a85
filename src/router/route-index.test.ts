import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RouteConfig } from "../config/config.ts";
import { RouteIndex } from "./route-index.ts";

const routes: readonly RouteConfig[] = [
  { host: "mail.x", path: "/", exact: true, farm: "root" },
  { host: "mail.x", path: "/owa", farm: "owa" },
  { host: "mail.x", path: "/owa/deep/er", farm: "deep" },
  { host: "mail.x", path: "/ecp", farm: "ecp" },
  { host: "*.x", path: "/", farm: "wildcard" },
  { host: "*.y.x", path: "/", farm: "longer wildcard" },
  { host: "mail.*", path: "/", farm: "begins" },
  { host: "mail.eu.*", path: "/", farm: "begins longer" },
  { host: null, path: "/any", farm: "any" },
];
const index = new RouteIndex(routes, ({ farm }) => farm);

describe("the farm for a host and a target", () => {
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["mail.x", "/", "root"],
    ["mail.x", "/?q=/owa", "root"],
    ["mail.x", "/owa", "owa"],
    ["MAIL.X:8443", "/OWA/?x", "owa"],
    ["mail.x.", "/owa/auth/logon.aspx", "owa"],
    ["mail.x", "/owa/deep/er/still", "deep"],
    ["mail.x", "/owa/deep/ersatz", "owa"],
    ["mail.x", "/owas", "wildcard"],
    ["mail.x", "/%6fwa/a", "owa"],
    ["mail.x", "/owa/a%20b/%3f", "owa"],
    ["mail.x", "/owa//a", "owa"],
    ["mail.x", "/owa/a/../b", "owa"],
    ["mail.x", "/owa/a%2fb", "owa"],
    ["a.x", "/", "wildcard"],
    ["b.a.x", "/", "wildcard"],
    ["b.y.x", "/", "longer wildcard"],
    ["mail.example.com", "/", "begins"],
    ["MAIL.example.com:8443", "/any", "begins"],
    ["mail.eu.example.com", "/", "begins longer"],
    ["mail.eu", "/", "begins"],
    ["mail.y.x", "/", "longer wildcard"],
    ["mail", "/any", "any"],
    ["email.example.com", "/any", "any"],
    ["web.mail.example.com", "/any", "any"],
    ["x", "/any/thing", "any"],
    ["x", "/", null],
    ["other", "*", null],
    ["[::1]:80", "/any", "any"],
  ];
  for (const [host, target, farm] of cases) {
    it(`${host} ${target} -> ${farm}`, () => assert.equal(index.find(host, target), farm));
  }
});

describe("a target that servers read in two ways", () => {
  const published = new RouteIndex([{ host: null, path: "/public", farm: "public" }], ({ farm }) => farm);
  const refused = [
    "/admin/../public",
    "/admin/%2e%2e/public",
    "/admin/..%2fpublic",
    "/admin\\..\\public",
    "/admin%5c..%5cpublic",
    "//public/admin",
    "/public%2fadmin",
    "/public/%zz",
    "/public/%00",
  ];
  for (const target of refused) {
    it(`is refused where they lead to different places: ${target}`, () =>
      assert.equal(published.find("h", target), "malformed"));
  }

  it("is routed where both lead to the same", () => {
    assert.equal(published.find("h", "/public/../public/a"), "public");
    assert.equal(published.find("h", "/admin/../secret"), null);
  });
});

describe("a hostile Host", () => {
  it("that is longer than any name is malformed", () => {
    assert.equal(index.find(".".repeat(300), "/any"), "malformed");
    assert.equal(index.find(`${"a.".repeat(120)}x`, "/any"), "wildcard");
  });

  it("with user information or a path is malformed", () => {
    for (const host of ["u@mail.x", "mail.x/owa", "mail.x:99999", "mail.x:a", ""]) {
      assert.equal(index.find(host, "/any"), "malformed");
    }
  });
});
