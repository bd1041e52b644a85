import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { aHead, aRecord } from "../../test/support/records.ts";
import { jsonFields, w3cFields } from "../config/access-log-fields.ts";
import type { AccessLogConfig } from "../config/config.ts";
import { builtInDefaults } from "../config/defaults.ts";
import type { ExchangeRecord } from "../farm/exchange-record.ts";
import { accessLog } from "./access-log.ts";
import { queryRedactor, wellKnownSecrets } from "./redact-query.ts";
import { w3cHeader } from "./w3c-header.ts";

type Format = AccessLogConfig["format"];

const defaultFields = { ...builtInDefaults.accessLog.fields, combined: [] } as const;

function linesOf(records: readonly ExchangeRecord[], format: Format, rest: Partial<AccessLogConfig> = {}): string[] {
  const lines: string[] = [];
  const config = { file: null, format, fields: defaultFields[format], exclude: [], redact: [], rotate: null };
  const observe = accessLog({ ...config, ...rest }, (line) => lines.push(line));
  for (const record of records) observe(record);
  return lines;
}

function lineOf(record: Partial<ExchangeRecord>, format: Format, fields?: readonly string[]): string {
  return linesOf([aRecord(record)], format, fields === undefined ? {} : { fields })[0] ?? "";
}

describe("the W3C extended format", () => {
  it("is IIS's, with our fields behind", () => {
    assert.equal(
      lineOf({}, "w3c"),
      "2026-11-24 08:15:30 10.0.0.5 GET /owa/ ae=Item 443 - 192.0.2.7 Mozilla/5.0+(Windows+NT+10.0) https://mail.example.test/owa/ 200 0 0 1024 320 35 mail.example.test owa cas1 1 2 20 ok -\r\n",
    );
  });

  it("has the time at which the request was over", () => {
    assert.equal(lineOf({ totalMs: 60_000 * 60 * 16 }, "w3c", ["date", "time"]), "2026-11-25 00:15:30\r\n");
  });

  it("has the directives that Log Parser looks for", () => {
    assert.equal(
      w3cHeader(["date", "cs(User-Agent)"], Date.UTC(2026, 10, 24, 8, 15, 30)),
      "#Software: Fairlead\r\n#Version: 1.0\r\n#Date: 2026-11-24 08:15:30\r\n#Fields: date cs(User-Agent)\r\n",
    );
  });

  const cases: readonly (readonly [string, Partial<ExchangeRecord>, string, string])[] = [
    ["nothing where no query is", { target: "/owa" }, "cs-uri-stem cs-uri-query", "/owa -"],
    ["nothing where the query is empty", { target: "/owa?" }, "cs-uri-stem cs-uri-query", "/owa -"],
    [
      "nothing of a request that could not be read",
      { method: "", target: "", host: "" },
      "cs-method cs-uri-stem",
      "- -",
    ],
    ["no status where none was sent", { status: 0, reason: "client-closed" }, "sc-status sc-win32-status", "- 64"],
    [
      "ARR's substatus",
      { status: 502, reason: "connect-refused" },
      "sc-status sc-substatus sc-win32-status",
      "502 3 12029",
    ],
    ["any field of the request", { head: aHead("X-Request-ID:  a b ") }, "cs(x-request-id) cs(Accept)", "a+b -"],
    ["no user name", { head: aHead("Authorization: Basic YTpi") }, "cs-username", "-"],
    [
      "what ARR writes, where it has an id",
      { logId: "1-2", target: "/a?b" },
      "cs-uri-query",
      "b&X-ARR-CACHE-HIT=0&SERVER-ROUTED=cas1&X-ARR-LOG-ID=1-2&SERVER-STATUS=200",
    ],
    [
      "the same of a request without a query that no member answered",
      { logId: "1-2", target: "/a", status: 503, server: "", firstByteMs: -1 },
      "cs-uri-query",
      "X-ARR-CACHE-HIT=0&X-ARR-LOG-ID=1-2",
    ],
    ["nothing for times that were not taken", { firstByteMs: -1 }, "x-first-byte-ms", "-"],
    ["no directive", { method: "#Fields:" }, "cs-method cs-host", "%23Fields: mail.example.test"],
    ["no bytes beyond ASCII", { head: aHead("User-Agent: caf\u00c3\u00a9\t") }, "cs(User-Agent)", "caf%C3%A9"],
  ];
  for (const [what, record, fields, expected] of cases) {
    it(`has ${what}`, () => assert.equal(lineOf(record, "w3c", fields.split(" ")), `${expected}\r\n`));
  }

  it("knows every field", () => {
    for (const reason of ["ok", "bad-response", "router-exhausted"] as const) {
      const line = lineOf({ reason }, "w3c", w3cFields);
      assert.equal(line.split(" ").length, w3cFields.length);
    }
  });
});

describe("the combined format", () => {
  it("is Apache's", () => {
    assert.equal(
      lineOf({}, "combined"),
      '192.0.2.7 - - [24/Nov/2026:08:15:30 +0000] "GET /owa/?ae=Item HTTP/1.1" 200 1024 "https://mail.example.test/owa/" "Mozilla/5.0 (Windows NT 10.0)"\n',
    );
  });

  it("escapes as Apache does", () => {
    const head = aHead('User-Agent: a"b\\c\u0001\u00e9', "Referer: x");
    assert.match(lineOf({ head }, "combined"), /"x" "a\\"b\\\\c\\x01\\xe9"\n$/);
  });

  it("has a line for what could not be read", () => {
    const record = { method: "", target: "", head: "", version: "1.1", status: 400, responseBytes: 50 };
    assert.match(lineOf(record, "combined"), / "-" 400 50 "-" "-"\n$/);
  });
});

describe("the JSON format", () => {
  it("is one object per line, without what is empty", () => {
    const fields = [
      "time",
      "method",
      "target",
      "status",
      "totalMs",
      "firstByteMs",
      "retriedFor",
      "rule",
      "pinned",
      "header.x-a",
    ];
    assert.equal(
      lineOf({ firstByteMs: -1 }, "json", fields),
      '{"time":"2026-11-24T08:15:30.250Z","method":"GET","target":"/owa/?ae=Item","status":200,"totalMs":34.6,"pinned":false}\n',
    );
  });

  it("knows every field", () => {
    const record = {
      logId: "1",
      traceId: "2",
      spanId: "3",
      retriedFor: "member-503",
      blame: "member",
      rule: "root",
    } as const;
    const keys = lineOf(record, "json", jsonFields).matchAll(/"(\w+)":/g);
    assert.deepEqual(
      Array.from(keys, ([, key]) => key),
      [...jsonFields],
    );
  });

  it("has fields of the request under their names", () => {
    assert.equal(lineOf({ head: aHead('X-A: "\u00e9') }, "json", ["header.X-A"]), '{"header.X-A":"\\"\\u00e9"}\n');
  });
});

describe("every format", () => {
  const anything = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
  for (const format of ["w3c", "combined", "json"] as const) {
    it(`${format}: no request can make another line, leave its field or write other than ASCII`, () => {
      fc.assert(
        fc.property(anything, anything, anything, (agent, target, method) => {
          const line = lineOf({ head: `x\r\nUser-Agent: ${agent}\r\n\r\n`, target, method }, format);
          assert.match(line, /^[ -~]+\r?\n$/);
          if (format === "w3c") assert.equal(line.split(" ").length, defaultFields.w3c.length);
          else if (format === "json") assert.equal(typeof JSON.parse(line), "object");
          else
            assert.match(
              line,
              /^192\.0\.2\.7 - - \[[^\]]+\] "(?:[^"\\]|\\.)*" 200 1024 "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"\n$/,
            );
        }),
      );
    });

    it(`${format}: secrets of queries are left out, also of the referring page's`, () => {
      const record = aRecord({
        target: "/a?User=bob&access_token=S3CRET&DeviceId=1",
        head: aHead("Referer: https://a/?code=S3CRET", "Authorization: Bearer S3CRET", "Cookie: S3CRET"),
      });
      const [line = ""] = linesOf([record], format);
      assert.ok(!line.includes("S3CRET"), line);
      assert.ok(line.includes("User=bob&access_token=***&DeviceId=1"), line);
    });
  }

  it("leaves out what is excluded, until it fails", () => {
    const records = [
      aRecord({ target: "/owa/HealthCheck.htm?a" }),
      aRecord({ target: "/owa/healthcheck.htm/more" }),
      aRecord({ target: "/owa/healthcheck.html" }),
      aRecord({ target: "/owa/healthcheck.htm", status: 503 }),
      aRecord({ target: "/owa/healthcheck.htm", reason: "client-closed" }),
    ];
    const lines = linesOf(records, "json", { exclude: ["/owa/healthcheck.htm"], fields: ["target", "status"] });
    assert.deepEqual(lines, [
      '{"target":"/owa/healthcheck.html","status":200}\n',
      '{"target":"/owa/healthcheck.htm","status":503}\n',
      '{"target":"/owa/healthcheck.htm","status":200}\n',
    ]);
  });
});

describe("a secret in a query", () => {
  const redact = queryRedactor(["ticketno"]);
  for (const [target, expected] of [
    ["/a", "/a"],
    ["/a?", "/a?"],
    ["/a?token", "/a?token"],
    ["/a?token=", "/a?token=***"],
    ["/a?b=c&Token=x&d=e", "/a?b=c&Token=***&d=e"],
    ["/a?b=c;token=x;d=e", "/a?b=c;token=***;d=e"],
    ["/a?%74oken=x", "/a?%74oken=***"],
    ["/a?+token+=x", "/a?+token+=***"],
    ["/a?%zz=x&b=c", "/a?%zz=***&b=c"],
    ["/a?token=x=y?token=z", "/a?token=***"],
    ["/a?TicketNo=7&ticket=8", "/a?TicketNo=***&ticket=***"],
    [
      "/Microsoft-Server-ActiveSync?Cmd=Sync&User=a%5Cb&DeviceId=1",
      "/Microsoft-Server-ActiveSync?Cmd=Sync&User=a%5Cb&DeviceId=1",
    ],
  ] as const) {
    it(`${target} -> ${expected}`, () => assert.equal(redact(target), expected));
  }

  it("is left out whatever stands around it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...wellKnownSecrets), fc.string(), fc.string(), (name, before, after) => {
        const target = `/?${before.replaceAll("=", "")}&${name}=S3CRET&${after}`;
        assert.ok(!redact(target).includes("S3CRET"), redact(target));
      }),
    );
  });
});
