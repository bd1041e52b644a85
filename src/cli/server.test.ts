import assert from "node:assert/strict";
import { createServer } from "node:http";
import { userInfo } from "node:os";
import { text } from "node:stream/consumers";
import { beforeEach, describe, it } from "node:test";
import { aMemberStatus } from "../../test/support/member-status.ts";
import { portOf } from "../../test/support/port-of.ts";
import type { MemberStatus, StateStatus } from "../control/farm-status.ts";
import { serverCommand } from "./server.ts";

const set: StateStatus = {
  scope: "server",
  by: "ann",
  at: "2026-01-01T00:00:00.000Z",
  note: "",
  until: "2026-01-01T00:10:00.000Z",
  cut: false,
};
const draining: MemberStatus = { ...aMemberStatus, state: "drain", stateSet: set, held: 12, oldestMs: 240_000 };

interface Answer {
  readonly status?: number;
  readonly warnings?: readonly string[];
  readonly kept?: boolean;
  readonly members?: readonly (MemberStatus & { readonly farm: string })[];
}

function bodyOf({ status = 200, warnings = [], kept = true, members = [] }: Answer): string {
  if (status !== 200) return JSON.stringify({ error: "bad-request", message: "available has no deadline" });
  return JSON.stringify({ warnings, kept, server: { name: "cas1", held: 12, oldestMs: 240_000, members } });
}

describe("fairlead server", () => {
  let asked: { method: string; url: string; body: unknown }[];

  beforeEach(() => {
    asked = [];
  });

  async function run(answer: Answer, ...words: string[]): Promise<{ out: string; err: string; exitCode: number }> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        asked.push({ method: request.method ?? "", url: request.url ?? "", body: JSON.parse(body) });
        response.writeHead(answer.status ?? 200).end(bodyOf(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const result = { out: "", err: "", exitCode: 0 };
    const command = serverCommand()
      .configureOutput({ writeOut: (said) => (result.out += said), writeErr: (said) => (result.err += said) })
      .exitOverride((error) => {
        result.exitCode = error.exitCode;
        throw error;
      });
    const all = [...words, "--admin", `http://127.0.0.1:${portOf(server)}`];
    await command.parseAsync(all, { from: "user" }).catch(() => undefined);
    server.closeAllConnections();
    server.close();
    return result;
  }

  it("asks for a server's state, with the name of whoever asks", async () => {
    await run({}, "cas1", "drain", "--deadline", "10m", "--note", "patches");
    const body = { state: "drain", by: userInfo().username, deadline: "10m", note: "patches" };
    assert.deepEqual(asked, [{ method: "PUT", url: "/api/v1/servers/cas1/state", body }]);
  });

  it("asks for a member's state, whatever the names", async () => {
    await run({}, "cas/1?", "unavailable", "--farm", "o wa#", "--now");
    const body = { state: "unavailable", by: userInfo().username, now: true };
    assert.deepEqual(asked, [{ method: "PUT", url: "/api/v1/farms/o%20wa%23/members/cas%2F1%3F/state", body }]);
  });

  it("shows what is left in each farm, and what to mind", async () => {
    const members = [
      { ...draining, farm: "owa" },
      { ...draining, farm: "ews", held: 0, oldestMs: 0 },
      { ...aMemberStatus, farm: "oab" },
    ];
    const { out, exitCode } = await run({ members, warnings: ["oab has no server left"] }, "cas1", "drain");
    assert.equal(exitCode, 0);
    assert.equal(
      out,
      [
        "cas1",
        "  owa  drain      12 left, oldest 4 min  until 2026-01-01T00:10:00.000Z",
        "  ews  drain      nothing left           until 2026-01-01T00:10:00.000Z",
        "  oab  available",
        "warning: oab has no server left",
        "",
      ].join("\n"),
    );
  });

  it("shows the member alone where it was asked for it, and that the server's state counts", async () => {
    const members = [
      { ...draining, farm: "owa" },
      { ...draining, farm: "ews" },
    ];
    const { out } = await run({ members }, "cas1", "available", "--farm", "owa");
    assert.match(out, /^ {2}owa {2}drain {2}12 left.*\(as the whole server\)$/m);
    assert.doesNotMatch(out, /ews/);
  });

  it("says what is forgotten at a restart", async () => {
    assert.match((await run({ kept: false }, "cas1", "drain")).out, /warning: this could not be written down/);
    assert.doesNotMatch((await run({}, "cas1", "drain")).out, /warning/);
  });

  it("prints the outcome as JSON, and nothing else", async () => {
    const members = [{ ...draining, farm: "owa" }];
    const { out } = await run({ members, warnings: ["w"] }, "cas1", "drain", "--json");
    const outcome = JSON.parse(out);
    assert.deepEqual([outcome.warnings, outcome.kept], [["w"], true]);
    assert.deepEqual([outcome.server.held, outcome.server.members[0].held], [12, 12]);
    assert.deepEqual(outcome.server.members[0].stateSet, set);
  });

  it("lets nothing that somebody wrote steer the terminal", async () => {
    const members = [{ ...draining, farm: "o\u001b[2Jwa", stateSet: { ...set, until: "\u001b[2J" } }];
    assert.ok(!(await run({ members, warnings: ["\u001b[2J"] }, "cas1", "drain")).out.includes("\u001b"));
  });

  it("fails with the router's reason", async () => {
    const { err, out, exitCode } = await run({ status: 400 }, "cas1", "available", "--deadline", "1m");
    assert.deepEqual([err, out, exitCode], ["available has no deadline\n", "", 1]);
  });

  it("knows three states, and asks nobody for another", async () => {
    const { err, exitCode } = await run({}, "cas1", "off");
    assert.match(err, /Allowed choices are available, drain, unavailable/);
    assert.equal(exitCode, 1);
    assert.deepEqual(asked, []);
  });
});
