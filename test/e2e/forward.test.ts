import assert from "node:assert/strict";
import { test } from "node:test";
import { aFarm } from "../support/configs.ts";
import { RawMember } from "../support/raw-member.ts";
import { RawClient, startRouter } from "../support/start-router.ts";

test("a request and its response pass byte for byte, but for what is between neighbours", async (t) => {
  const member = await RawMember.start();
  const router = await startRouter([aFarm({ health: null, members: [member.config] })]);
  t.after(async () => {
    client.close();
    member.close();
    await router.close(0);
  });
  const client = new RawClient(router.port);
  client.write(
    "GET /A%20b?c=D HTTP/1.1\r\nhOST: Mail.Example\r\nX-b: 1\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n\r\n",
  );
  const connection = await member.connection();
  const request = await connection.untilText("\r\n\r\n");
  assert.equal(
    request,
    "GET /A%20b?c=D HTTP/1.1\r\nhOST: Mail.Example\r\nX-b: 1\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: Mail.Example\r\n\r\n",
  );
  connection.write(
    "HTTP/1.1 200 Fine\r\nWWW-Authenticate: A\r\nDate: now\r\nwww-authenticate: B\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
  );
  const response = await client.untilText("abc");
  assert.equal(
    response,
    "HTTP/1.1 200 Fine\r\nWWW-Authenticate: A\r\nDate: now\r\nwww-authenticate: B\r\nContent-Length: 3\r\n\r\nabc",
  );
});
