import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RouteConfig } from "../../src/config/config.ts";
import { aFarm } from "../support/configs.ts";
import { RawMember } from "../support/raw-member.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

const routes: readonly RouteConfig[] = [
  { host: "mail.x.test", path: "/owa", farm: "owa" },
  { host: "mail.x.test", path: "/owa/calendar", farm: "calendar" },
  { host: "mail.x.test", path: "/ecp", farm: "ecp" },
  { host: "mail.x.test", path: "/", exact: true, farm: "root" },
  { host: "*.x.test", path: "/", farm: "wildcard" },
  { host: null, path: "/any", farm: "any" },
];

describe("a request", () => {
  const cases: readonly (readonly [host: string, target: string, farm: string])[] = [
    ["mail.x.test", "/owa", "owa"],
    ["MAIL.x.test:8443", "/OWA/?a=/ecp", "owa"],
    ["mail.x.test.", "/%6fwa/auth", "owa"],
    ["mail.x.test", "/owa//a\\b", "owa"],
    ["mail.x.test", "/owa/./a/../b%20c", "owa"],
    ["mail.x.test", "/owa/CALENDAR/x", "calendar"],
    ["mail.x.test", "/owa/calendars", "owa"],
    ["mail.x.test", "/owax", "wildcard"],
    ["mail.x.test", "/", "root"],
    ["mail.x.test", "/?x", "root"],
    ["other.x.test", "/owa", "wildcard"],
    ["a.b.x.test", "/", "wildcard"],
    ["x.test", "/any/thing", "any"],
    ["10.0.0.1", "/ANY?x", "any"],
    ["[::1]:443", "/any", "any"],
    ["x.test", "/other", "no-route"],
    ["mail.x.test", "/%zz", "bad-request"],
    ["mail.x.test", "/owa/%00", "bad-request"],
    ["mail.x.test:port", "/owa", "bad-request"],
  ];

  it("goes to the farm of its host and path, its target as it came", async (t) => {
    const names = ["owa", "calendar", "ecp", "root", "wildcard", "any"];
    const members = new Map<string, RawMember>();
    for (const name of names) {
      const answer = `HTTP/1.1 200 OK\r\nX-Farm: ${name}\r\nContent-Length: 0\r\n\r\n`;
      members.set(
        name,
        await RawMember.start("m1", (connection) => connection.socket.on("data", () => connection.write(answer))),
      );
    }
    const farms = [...members].map(([name, { config }]) => aFarm({ name, health: null, members: [config] }));
    const router = await startRouter(farms, { config: { routes } });
    const client = new RawClient(router.port);
    t.after(async () => {
      client.close();
      for (const one of members.values()) one.close();
      await router.close(0);
    });
    for (const [host, target, expected] of cases) {
      client.received = Buffer.alloc(0);
      client.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      const text = await client.untilText(/\r\n\r\n(?:<!DOCTYPE[^]*<\/html>\n)?$/);
      const farm = /\r\nX-(?:Farm|Fairlead-Error): (\S+)\r\n/.exec(text)?.[1];
      assert.equal(farm, expected, `${host} ${target}`);
      const connection = members.get(expected)?.connections.at(-1);
      if (connection !== undefined) {
        assert.ok(connection.text.endsWith(`X-Forwarded-Host: ${host}\r\n\r\n`));
        assert.ok(connection.text.includes(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`));
      }
    }
  });
});
