import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { startH2Site, h2Host, type H2Site } from "../support/h2-site.ts";
import type { RawConnection } from "../support/raw-member.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;

/** What a program prints; skips the test where it is not installed. */
async function run(t: TestContext, program: string, args: readonly string[]): Promise<string | null> {
  const result = await runProgram(program, args);
  if (result === null) t.skip(`${program} is not installed`);
  else assert.equal(result.code, 0, result.errors);
  return result?.output ?? null;
}

/** Answers each request with the length of its body, once that is there. */
function counting(connection: RawConnection): void {
  connection.socket.on("data", () => {
    const whole = /^content-length: (\d+)\r$[^]*?\r\n\r\n/m.exec(connection.text);
    const end = connection.text.indexOf("\r\n\r\n") + 4;
    if (end === 3) return;
    const length = Number(whole?.[1] ?? 0);
    if (connection.received.length < end + length) return;
    connection.clear();
    const body = `read ${length}`;
    connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
}

function curl(site: H2Site, ...args: string[]): string[] {
  const { port } = site.router;
  return ["-sk", "--http2", "--resolve", `${h2Host}:${port}:127.0.0.1`, ...args, `https://${h2Host}:${port}/x`];
}

test("curl gets and uploads over HTTP/2", { timeout }, async (t) => {
  const site = await startH2Site(t, { members: [counting] });
  const got = await run(t, "curl", curl(site, "-i"));
  if (got === null) return;
  assert.match(got, /^HTTP\/2 200 [^]*read 0$/);
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const file = join(folder.path, "body");
  await writeFile(file, randomBytes(5_000_000));
  const posted = await run(t, "curl", curl(site, "-i", "--data-binary", `@${file}`));
  assert.match(posted ?? "", /^HTTP\/2 200 [^]*read 5000000$/);
});

test("curl comes again by HTTP/1.1 where a member asks for NTLM", { timeout }, async (t) => {
  const site = await startH2Site(t, {
    members: [
      (connection) =>
        connection.socket.on("data", () =>
          connection.write("HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"),
        ),
    ],
  });
  const got = await run(t, "curl", curl(site, "-i", "-w", "version %{http_version}"));
  if (got !== null) assert.match(got, /^HTTP\/1\.1 401 [^]*version 1\.1$/);
});

test("nghttp agrees with every frame", { timeout }, async (t) => {
  const site = await startH2Site(t, { members: [counting] });
  const uri = `https://127.0.0.1:${site.router.port}/x`;
  const got = await run(t, "nghttp", ["-v", "-H", `:authority: ${h2Host}`, uri]);
  if (got === null) return;
  assert.match(got, /:status: 200[^]*; END_STREAM/);
  assert.match(got, /send GOAWAY frame[^]*error_code=NO_ERROR/);
});

test("h2load loses no request", { timeout }, async (t) => {
  const site = await startH2Site(t, { members: [counting, counting] });
  const uri = `https://127.0.0.1:${site.router.port}/x`;
  const got = await run(t, "h2load", ["-n", "2000", "-c", "4", "-m", "50", uri]);
  if (got !== null) assert.match(got, /2000 succeeded, 0 failed, 0 errored, 0 timeout/);
});
