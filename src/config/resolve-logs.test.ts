import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import { interpret, type Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

const base =
  "listen: [{ port: 80 }]\nservers: { a: a.local }\nfarms: { app: { servers: [a] } }\nroutes: [{ farm: app }]\n";

function read(text: string, file = "conf/f.yaml"): Interpretation {
  return interpret(`${base}${text}`, file, {}).resolve({ files: new Map(), env: {}, now: 0 });
}

function configOf(text: string, file?: string): Config {
  const result = read(text, file);
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  return result.config;
}

function problemsOf(text: string): string[] {
  const result = read(text, "f.yaml");
  assert.ok(!result.ok);
  return result.problems.map(problemLine);
}

const rotation = { sizeBytes: 104_857_600, every: "day", keep: 14, compress: true };

describe("logs in a configuration", () => {
  it("are none but the router's own, on standard output, where nothing is said", () => {
    const { accessLog, log } = configOf("");
    assert.equal(accessLog, null);
    assert.deepEqual(log, { level: "info", format: null, file: null, rotate: null });
  });

  it("are as IIS writes them where only a file is named, beside the configuration", () => {
    assert.deepEqual(configOf("accessLog: { file: logs/access.log }\n").accessLog, {
      file: "conf/logs/access.log",
      format: "w3c",
      fields: builtInDefaults.accessLog.fields.w3c,
      exclude: [],
      redact: [],
      rotate: rotation,
    });
  });

  it("can be told all", () => {
    const { accessLog, log } = configOf(`accessLog:
  file: /var/log/access.json
  format: json
  fields: [time, header.X-Request-Id, status]
  exclude: [/OWA/HealthCheck.htm, /ping/]
  redact: [TicketNo]
  rotate: { size: 1MiB, every: off, keep: 3, compress: false }
log: { level: debug, format: lines, file: ../own.log, rotate: { every: week } }
`);
    assert.deepEqual(accessLog, {
      file: "/var/log/access.json",
      format: "json",
      fields: ["time", "header.X-Request-Id", "status"],
      exclude: ["/owa/healthcheck.htm", "/ping"],
      redact: ["ticketno"],
      rotate: { sizeBytes: 1_048_576, every: null, keep: 3, compress: false },
    });
    assert.deepEqual(log, {
      level: "debug",
      format: "lines",
      file: "own.log",
      rotate: { ...rotation, every: "week" },
    });
  });

  it("have files that somebody else rotates, and none to rotate on standard output", () => {
    const { accessLog, log } = configOf(
      "accessLog: { file: stdout, format: combined }\nlog: { file: own.log, rotate: off }\n",
    );
    assert.deepEqual([accessLog?.file, accessLog?.rotate, accessLog?.fields], [null, null, []]);
    assert.deepEqual([log.file, log.rotate], ["conf/own.log", null]);
  });

  it("have what requests can be found by where that is asked for", () => {
    const traced = configOf("tracing: { endpoint: http://127.0.0.1:4318/v1/traces, sample: 20% }\n").identity;
    assert.deepEqual(traced, { logId: false, joinTrace: true, sample: 0.2 });
    assert.deepEqual(configOf("").identity, { logId: false, joinTrace: false, sample: 0 });
    assert.deepEqual(configOf("forwarded: { logId: true, traceparent: join }\n").identity, {
      logId: true,
      joinTrace: true,
      sample: 0,
    });
  });

  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "no file",
      "accessLog: { format: apache }\n",
      [
        "f.yaml:5:1: accessLog.file: missing: write the name of a file, relative to the configuration file",
        'f.yaml:5:22: accessLog.format: "apache" is not one of json, w3c, combined',
      ],
    ],
    [
      "wrong fields",
      "accessLog: { file: a, format: json, fields: [stauts, cs-method, header.Cookie] }\n",
      [
        'f.yaml:5:46: accessLog.fields.0: "stauts" is not a field of the format json; did you mean "status"?; allowed are ',
        'f.yaml:5:54: accessLog.fields.1: "cs-method" is not a field of the format json',
        'f.yaml:5:65: accessLog.fields.2: "header.Cookie" carries a secret and is never logged',
      ],
    ],
    [
      "secrets",
      "accessLog: { file: a, fields: [cs(Authorization), cs(cookie), cs(X-A)] }\n",
      [
        'f.yaml:5:32: accessLog.fields.0: "cs(Authorization)" carries a secret and is never logged',
        'f.yaml:5:51: accessLog.fields.1: "cs(cookie)" carries a secret and is never logged',
      ],
    ],
    [
      "fields of the combined format",
      "accessLog: { file: a, format: combined, fields: [time] }\n",
      [
        "f.yaml:5:49: accessLog.fields: the fields of the format combined are fixed: leave `fields` out, or write format: json or w3c",
      ],
    ],
    [
      "a path that is none",
      "accessLog: { file: a, exclude: [owa, /a?b] }\n",
      [
        'f.yaml:5:33: accessLog.exclude.0: "owa" is not a path: it must begin with "/"',
        'f.yaml:5:38: accessLog.exclude.1: "/a?b" is not a path: ',
      ],
    ],
    [
      "wrong rotations",
      "accessLog: { file: access, rotate: { size: 1KiB, every: month, keep: 0, compres: true } }\nlog: { level: trace, rotate: daily }\n",
      [
        'f.yaml:5:44: accessLog.rotate.size: "1KiB" is not a size',
        'f.yaml:5:57: accessLog.rotate.every: "month" is not one of hour, day, week, off',
        "f.yaml:5:70: accessLog.rotate.keep: 0 is not allowed here: write a whole number from 1 to 10000",
        'f.yaml:5:73: accessLog.rotate.compres: "compres" is not a key here; did you mean "compress"?',
        'f.yaml:6:15: log.level: "trace" is not one of debug, info, warn, error',
        'f.yaml:6:30: log.rotate: "daily" is not a rotation: write { size: 100MiB, every: day, keep: 14 }, or off for logrotate',
      ],
    ],
    [
      "identifiers",
      "forwarded: { logId: on, traceparent: start }\n",
      [
        'f.yaml:5:21: forwarded.logId: "on" is not a switch: write true or false',
        'f.yaml:5:38: forwarded.traceparent: "start" is not one of pass, join',
      ],
    ],
    [
      "nothing to rotate",
      "accessLog: { file: stdout, rotate: { keep: 3 } }\nlog: { rotate: { keep: 3 } }\n",
      [
        "f.yaml:5:36: accessLog.rotate: standard output has no files to rotate: leave `rotate` out, or name a file",
        "f.yaml:6:16: log.rotate: standard output has no files to rotate: leave `rotate` out, or name a file",
      ],
    ],
  ];
  for (const [what, text, expected] of wrong) {
    it(`that are wrong are named: ${what}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, expected.length, problems.join("\n"));
      expected.forEach((beginning, index) => assert.equal(problems[index]?.slice(0, beginning.length), beginning));
    });
  }
});
