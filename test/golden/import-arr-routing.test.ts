import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { documentText } from "../../src/config/import-arr/document-text.ts";
import { arrReference, type ArrSite } from "../support/arr-reference.ts";
import { goldenBytes, goldenNames, importGolden, yamlAndFindings } from "../support/golden-import.ts";
import { importedRouter, requestOf } from "../support/imported-router.ts";

/** What was left out, and told. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  maps: ["from a database", "either scheme"],
  "kitchen-sink": ["broken"],
};

const hosts = [
  ...["mail", "owa", "ecp", "ews", "eas", "oab", "oa", "mapi", "autodiscover", "legacy"].map(
    (name) => `${name}.tailspintoys.com`,
  ),
  "MAIL.TailspinToys.com",
  "mail.other.example",
  "oabx.tailspintoys.com",
  ...["blog", "shop", "portal", "www", "files", "all", "one", "two", "three"].map((name) => `${name}.example.com`),
  "unrelated.invalid",
];

const targets = [
  "/",
  "/?a=b",
  "/owa",
  "/OWA/auth/logon.aspx?url=x&y=%2f",
  "/owas",
  "/ecp/",
  "/ews/exchange.asmx",
  "/Microsoft-Server-ActiveSync?Cmd=Ping",
  "/oab/1/oab.xml",
  "/rpc/rpcproxy.dll?cas1:6001",
  "/rpcwithcert/rpcproxy.dll",
  "/mapi/emsmdb/?MailboxId=1",
  "/autodiscover/autodiscover.xml",
  "/public/a",
  "/robots.txt",
  "/api/x?y=1",
  "/pictures/a.jpg",
  "/a/images/b.png",
  "/.well-known/acme-challenge/token",
  "/old",
  "/legacy/x?y",
  "/app/x",
  ...["q", "h", "c", "i", "u", "f", "x", "e"].flatMap((name) => [`/${name}`, `/${name}/1?2`, `/${name}x`]),
  "/teapot",
  "/odd",
  "/moved",
  "/drop",
  "/drop/again",
  "/all",
  "/Upper/Case?Query",
];

/** Samples whose sites have no binding for plain HTTP. */
const tlsAlone: readonly string[] = ["locations"];

function assertSame(name: string, arr: ArrSite, router: ArrSite): void {
  for (const https of tlsAlone.includes(name) ? [true] : [true, false]) {
    for (const host of hosts) {
      for (const target of targets) {
        const request = requestOf(https, host, target);
        const what = `${https ? "https" : "http"}://${host}${target}`;
        assert.equal(router(request), arr(request), what);
      }
    }
  }
}

describe("every request goes where IIS sent it", () => {
  for (const name of goldenNames) {
    const arr = arrReference(Buffer.from(goldenBytes(name)).toString(), leftOut[name] ?? []);
    const imported = importGolden(name);

    it(name, () => assertSame(name, arr, importedRouter(yamlAndFindings(imported).yaml)));

    it(`${name}, without presets`, () => assertSame(name, arr, importedRouter(documentText(imported.document, []))));
  }
});
