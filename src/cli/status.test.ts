import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { portOf } from "../../test/support/port-of.ts";
import type { FarmStatus } from "../control/farm-status.ts";
import { statusText } from "./status-text.ts";
import { statusCommand } from "./status.ts";
import { aMemberStatus } from "../../test/support/member-status.ts";
import { painter } from "./terminal.ts";

const up = aMemberStatus;
const reason = "GET https://cas1:443/owa/HealthCheck.htm (Host owa.x): 503 Service Unavailable";

const farms: FarmStatus[] = [
  {
    name: "owa",
    minimumServers: 1,
    members: [
      { ...up, healthy: false, reason },
      { ...up, server: "cas2" },
    ],
  },
  { name: "autodiscover", minimumServers: 1, members: [up, { ...up, server: "cas2", healthy: null }] },
  { name: "oab", minimumServers: 1, members: [{ ...up, server: "cas2" }] },
];

const plainly = painter({ isTTY: true }, { NO_COLOR: "1" });
const coloured = painter({ isTTY: true }, {});

describe("statusText", () => {
  it("shows the matrix, and below it why something is down", () => {
    assert.equal(
      statusText(farms, plainly),
      [
        "      owa   autodiscover  oab",
        "cas1  DOWN  up",
        "cas2  up    ?             up",
        "",
        "owa on cas1 is down since 2026-01-01T00:00:00.000Z:",
        `  ${reason}`,
        "",
      ].join("\n"),
    );
  });

  it("shows what was taken out, by whom, why, until when, and what is left there", () => {
    const by = { by: "ann", at: "2026-01-01T00:00:00.000Z", note: "patches", cut: false } as const;
    const server = { ...by, scope: "server", until: "2026-01-01T00:10:00.000Z" } as const;
    const member = { ...by, scope: "member", note: "", until: null } as const;
    const draining = { ...up, state: "drain", stateSet: server } as const;
    const out = [
      {
        name: "owa",
        minimumServers: 1,
        members: [
          { ...draining, held: 10, oldestMs: 5000 },
          { ...up, server: "cas2", state: "unavailable", stateSet: member },
        ],
      },
      {
        name: "ews",
        minimumServers: 1,
        members: [
          { ...draining, held: 2, oldestMs: 300_000 },
          { ...up, server: "cas2", state: "drain" },
        ],
      },
    ] as const;
    assert.equal(
      statusText(out, plainly),
      [
        "      owa       ews",
        "cas1  drain 10  drain 2",
        "cas2  out       drain",
        "",
        "cas1 gets nothing new since 2026-01-01T00:00:00.000Z by ann (patches), until 2026-01-01T00:10:00.000Z:",
        "  12 left, oldest 5 min",
        "",
        "owa on cas2 is out of service since 2026-01-01T00:00:00.000Z by ann:",
        "  nothing left",
        "",
        "ews on cas2 gets nothing new by the configuration:",
        "  nothing left",
        "",
      ].join("\n"),
    );
  });

  it("tells of a server that is out as a whole once, and of its member that is out for longer as well", () => {
    const server = { scope: "server", by: "ann", at: up.since, note: "", until: null, cut: false } as const;
    const whole = { ...up, state: "drain", stateSet: server, held: 1 } as const;
    const own = { ...up, state: "unavailable", stateSet: { ...server, scope: "member" }, held: 5 } as const;
    const text = statusText(
      [
        { name: "owa", minimumServers: 1, members: [whole] },
        { name: "ews", minimumServers: 1, members: [own] },
        { name: "oab", minimumServers: 1, members: [whole] },
      ],
      plainly,
    );
    assert.match(text, /^cas1 gets nothing new .*\n {2}2 left/m);
    assert.match(text, /^ews on cas1 is out of service .*\n {2}5 left/m);
    assert.equal(text.split("gets nothing new").length, 2);
  });

  it("colours without moving a column", () => {
    const plain = statusText(farms, coloured).replaceAll(/\p{Cc}\[\d+m/gu, "");
    assert.notEqual(statusText(farms, coloured), plain);
    assert.deepEqual(
      plain.split("\n").map((line) => line.trimEnd()),
      statusText(farms, plainly).split("\n"),
    );
  });

  it("lets nothing that a member sent steer the terminal", () => {
    const hostile = [{ name: "owa", minimumServers: 1, members: [{ ...up, healthy: false, reason: "503 \u001b[2J" }] }];
    assert.ok(!statusText(hostile, plainly).includes("\u001b"));
  });
});

/** Runs the command against this address; gives what it printed and its exit code. */
async function run(...words: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const result = { out: "", err: "", exitCode: 0 };
  const command = statusCommand()
    .configureOutput({ writeOut: (text) => (result.out += text), writeErr: (text) => (result.err += text) })
    .exitOverride((error) => {
      result.exitCode = error.exitCode;
      throw error;
    });
  await command.parseAsync(words, { from: "user" }).catch(() => undefined);
  return result;
}

async function serving(body: string, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${portOf(server)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("statusCommand", () => {
  it("prints the farms of the admin API as they are with --json", async () => {
    await serving(JSON.stringify(farms), async (url) => {
      const { out, exitCode } = await run("--json", "--admin", url);
      assert.deepEqual(JSON.parse(out), farms);
      assert.equal(exitCode, 0);
    });
  });

  it("prints the matrix", async () => {
    await serving(JSON.stringify(farms), async (url) => {
      assert.match((await run("--admin", url)).out, /^ +owa +autodiscover +oab\ncas1 +/);
    });
  });

  it("exits with 1 and says what to do where no router answers", async () => {
    let gone = "";
    await serving("", async (url) => void (gone = url));
    const { out, err, exitCode } = await run("--admin", gone);
    assert.deepEqual([out, exitCode], ["", 1]);
    assert.match(err, /^No router answers at http:\/\/127\.0\.0\.1:\d+: connection refused\./);
    assert.match(err, /fairlead run/);
  });

  it("exits with 1 where something else answers", async () => {
    for (const body of ["hello", "{}"]) {
      await serving(body, async (url) => assert.equal((await run("--admin", url)).exitCode, 1));
    }
  });
});
