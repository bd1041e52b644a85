import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorkerSite } from "../support/worker-site.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const clients = 20;
/** The workers tell each other a moment later. */
const workers = 2;

test("a member that is busy with one worker's request is waited for in both", { timeout: 60_000 }, async (t) => {
  const farm = { servers: ["m1"], health: "off", maxRequests: 1, queue: { timeout: "50s" } };
  let running = 0;
  let most = 0;
  let answered = 0;
  const site = await startWorkerSite(t, {
    workers,
    document: { farms: { all: farm } },
    answer: (connection) => {
      connection.socket.on("data", () => {
        most = Math.max(most, ++running);
        // Long enough for the others to hear of it.
        setTimeout(() => {
          running--;
          answered++;
          connection.write(ok);
        }, 150);
      });
    },
  });
  const texts = Array.from({ length: clients }, async () =>
    site
      .open()
      .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      .until(({ text }) => text.endsWith("ok") || text.endsWith("</html>\n")),
  );
  for (const client of await Promise.all(texts)) assert.match(client.text, /^HTTP\/1\.1 200 /);
  assert.equal(answered, clients);
  assert.ok(most <= workers, `${most} at once`);
});
