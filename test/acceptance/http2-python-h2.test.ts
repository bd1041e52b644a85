import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { startEchoServer } from "../support/echo-web-socket.ts";
import { makeCertificate } from "../support/make-certificates.ts";
import { hasPythonH2, pythonH2, type PythonH2Target } from "../support/python-h2.ts";
import { runRouter } from "../support/running-router.ts";
import { startScriptedMember } from "../support/scripted-member.ts";
import { startTamperer, tamperings } from "../support/tamper-frames.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 170_000;
const skip = (await hasPythonH2()) ? false : "python3-h2 is not installed (apt-get install python3-h2)";

interface Started {
  readonly target: PythonH2Target;
  readonly cert: string;
  readonly key: string;
}

/** A router as a process of its own; ews.example.test pins, the other names of example.test don't. */
async function start(t: TestContext): Promise<Started> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const { certificate: cert, key } = await makeCertificate({ name: "*.example.test", names: ["*.example.test"] });
  const pem = join(folder.path, "listener.pem");
  await writeFile(pem, cert + key);
  const memberPort = await startScriptedMember(t);
  const echo = await startEchoServer(null);
  t.after(() => echo.close());
  const farm = { servers: ["m1"], health: "off" };
  const router = await runRouter(t, {
    listen: [{ address: "127.0.0.1", port: 0, certificates: [pem] }],
    servers: { m1: `http://127.0.0.1:${memberPort}`, echo: `http://127.0.0.1:${echo.port}` },
    farms: { all: farm, ews: { ...farm, connectionAuth: "pin" }, chat: { ...farm, servers: ["echo"] } },
    routes: [
      { host: "ews.example.test", farm: "ews" },
      { host: "mail.example.test", path: "/chat", farm: "chat" },
      { host: "mail.example.test", farm: "all" },
    ],
    workers: 1,
  });
  const { port, adminUrl, program } = router;
  return { target: { port, adminUrl, pid: program.process.pid ?? 0, memberPort }, cert, key };
}

describe("python3-h2 agrees with the router", { skip, timeout }, () => {
  for (const [group, cases] of [
    ["transfers", 29],
    ["streams", 22],
    ["connections", 28],
    ["malformed", 51],
    ["stop", 1],
  ] as const) {
    test(group, { timeout }, async (t) => {
      const { target } = await start(t);
      let count = 0;
      for await (const { name, problem } of pythonH2(target, group)) {
        count++;
        await t.test(name, () => assert.equal(problem, null));
      }
      assert.equal(count, cases, "cases");
    });
  }
});

describe("python3-h2 finds what is wrong", { skip, timeout }, () => {
  for (const tampering of tamperings) {
    test(tampering.name, { timeout }, async (t) => {
      const { target, cert, key } = await start(t);
      const wrong = { ...target, port: await startTamperer(t, tampering, { port: target.port, cert, key }) };
      const { group, finds, problem } = tampering;
      for await (const result of pythonH2(wrong, group, [finds])) assert.match(result.problem ?? "nothing", problem);
      // It's what was changed that was found.
      for await (const result of pythonH2(target, group, [finds])) assert.equal(result.problem, null);
    });
  }
});
