import assert from "node:assert/strict";
import { it } from "node:test";
import { arrCookieValue } from "../../src/farm/affinity/cookie-value.ts";
import { aMember } from "../support/configs.ts";
import { quiet } from "../support/quiet.ts";
import { RawMember } from "../support/raw-member.ts";
import { startSite } from "../support/site.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const get = (cookie = ""): string => `GET / HTTP/1.1\r\nHost: a\r\n${cookie}\r\n`;

it("who waits for a member of its own keeps nobody from one that is free", async (t) => {
  const other = await RawMember.start("m2", null);
  t.after(() => other.close());
  const cookie = {
    name: "S",
    format: "arr",
    domain: null,
    path: "/",
    secure: "auto",
    httpOnly: true,
    sameSite: null,
    maxAgeSeconds: 0,
  } as const;
  const first = await RawMember.start("m1", null);
  t.after(() => first.close());
  const site = await startSite(t, {
    farm: {
      members: [
        { ...first.config, maxRequests: 1 },
        { ...aMember("m2", "localhost", other.config.port), maxRequests: 1 },
      ],
      affinity: { cookie, key: null, membersPerHost: 0, whenDown: "rebalance", idleMs: 0 },
    },
  });
  const bound = get(`Cookie: S=${arrCookieValue("127.0.0.1")}\r\n`);
  const running = site.client().write(bound);
  const connection = await first.connection();
  await connection.untilText("\r\n\r\n");
  const waiting = site.client().write(bound);
  await quiet();
  const free = site.client().write(get());
  (await other.connection()).write(ok);
  assert.match(await free.untilText("ok"), /^HTTP\/1\.1 200 /);
  assert.equal(waiting.text, "");
  connection.write(ok);
  await running.untilText("ok");
  await connection.until(({ text }) => text.split("GET ").length === 3);
  connection.write(ok);
  await waiting.untilText("ok");
});
