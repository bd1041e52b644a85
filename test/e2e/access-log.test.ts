import assert from "node:assert/strict";
import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { AccessLogConfig } from "../../src/config/config.ts";
import { builtInDefaults } from "../../src/config/defaults.ts";
import { aConfig } from "../support/configs.ts";
import { always } from "../support/raw-member.ts";
import { type Site, startSite } from "../support/site.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

const ok = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

interface Logged {
  readonly site: Site;
  readonly folder: string;
  readonly file: string;
  /** Sends a request and waits for its answer. */
  readonly ask: (target: string) => Promise<void>;
  readonly text: () => Promise<string>;
}

async function logged(t: TestContext, rest: Partial<AccessLogConfig> = {}): Promise<Logged> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const file = join(folder.path, "logs", "access.log");
  const accessLog: AccessLogConfig = {
    file,
    format: "w3c",
    fields: builtInDefaults.accessLog.fields.w3c,
    exclude: [],
    redact: [],
    rotate: null,
    ...rest,
  };
  const site = await startSite(t, { members: [always(ok)], config: { accessLog } });
  const ask = async (target: string): Promise<void> => {
    const client = site.client().write(`GET ${target} HTTP/1.1\r\nHost: a\r\nUser-Agent: A B\r\n\r\n`);
    await client.untilText("ok");
  };
  return { site, folder: join(folder.path, "logs"), file, ask, text: async () => readFile(file, "latin1") };
}

const header =
  /^#Software: Fairlead\r\n#Version: 1\.0\r\n#Date: [-\d]{10} [:\d]{8}\r\n#Fields: date time s-ip [^\r\n]+\r\n/;

describe("the access log", () => {
  it("has its directives before the first request, and a line soon after each", async (t) => {
    const { ask, text } = await logged(t);
    assert.match(await text(), new RegExp(`${header.source}$`));
    await ask("/owa?token=secret");
    await until(async () => (await text()).includes(" GET "));
    const [line = ""] = (await text()).split("\r\n").slice(4);
    assert.match(
      line,
      /^[-\d]{10} [:\d]{8} 127\.0\.0\.1 GET \/owa token=\*\*\* \d+ - 127\.0\.0\.1 A\+B - 200 0 0 \d+ \d+ \d+ a owa m1 1 \d+ \d+ ok -$/,
    );
  });

  it("has every request when the router has stopped", async (t) => {
    const { site, ask, text } = await logged(t);
    for (let request = 0; request < 20; request++) await ask(`/${request}`);
    await site.router.close(0);
    const lines = (await text()).split("\r\n").filter((line) => line.includes(" GET "));
    assert.deepEqual(
      lines.map((line) => line.split(" ")[4]),
      Array.from({ length: 20 }, (_, request) => `/${request}`),
    );
  });

  it("goes on in a new file, with its directives, when somebody has moved the old one away", async (t) => {
    const { site, file, ask, text } = await logged(t);
    await ask("/1");
    await until(async () => (await text()).includes(" GET "));
    await rename(file, `${file}.1`);
    site.router.reopenLogs();
    await ask("/2");
    await until(async () => (await text()).includes(" GET "));
    assert.match(await text(), new RegExp(`${header.source}[^\\r]* GET /2 `));
  });

  it("begins a new file by itself", async (t) => {
    const rotate = { sizeBytes: 2000, every: null, keep: 5, compress: false } as const;
    const { folder, ask, text } = await logged(t, { rotate });
    for (let request = 0; request < 20; request++) await ask(`/${request}`);
    const names = await until(async () => {
      const found = await readdir(folder);
      return found.length > 1 && found;
    });
    await ask("/last");
    await until(async () => (await text()).includes("/last"));
    const earlier = names.find((name) => name !== "access.log") ?? "";
    const all = `${await readFile(join(folder, earlier), "latin1")}${await text()}`;
    assert.match(all, header);
    assert.match(await text(), header);
    assert.equal(all.match(/ GET /g)?.length, 21);
  });

  it("ends, begins and changes with the configuration in force, for connections that live on", async (t) => {
    const { site, ask, text } = await logged(t, { format: "json", fields: ["target"] });
    const client = site.client();
    const askOn = async (target: string): Promise<void> => {
      client.clear();
      client.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await client.untilText("ok");
    };
    const { config } = site.router.control;
    await askOn("/1");
    await site.router.apply(aConfig(config.farms, { ...config, accessLog: null }));
    await askOn("/2");
    assert.ok(config.accessLog);
    await site.router.apply(
      aConfig(config.farms, { ...config, accessLog: { ...config.accessLog, fields: ["method", "target"] } }),
    );
    await askOn("/3");
    await ask("/4");
    await until(async () => (await text()).includes("/4"));
    assert.equal(await text(), '{"target":"/1"}\n{"method":"GET","target":"/3"}\n{"method":"GET","target":"/4"}\n');
  });

  it("serves although it cannot be written", async (t) => {
    const { ask } = await logged(t, { file: "/dev/null/access.log" });
    await ask("/1");
  });
});
