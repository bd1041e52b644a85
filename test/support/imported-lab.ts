import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { Agent, request as requestHttps } from "node:https";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { FarmStatus } from "../../src/control/farm-status.ts";
import { createLabCertificates } from "../../src/lab/certificates.ts";
import type { Lab } from "../../src/lab/lab.ts";
import { startLab } from "../../src/lab/start-lab.ts";
import { systemClock } from "../../src/util/clock.ts";
import { freePort } from "./free-port.ts";
import { fairlead, Program } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

const domain = "exchange.localhost";
/** As people name two servers on one machine: an address can be in a farm only once. */
const addresses = ["localhost", "127.0.0.1"] as const;

/** What became of a request, as the access log has it. */
interface Logged {
  readonly status: number;
  /** Absent = it was not forwarded. */
  readonly farm?: string;
  readonly server?: string;
}

/** A configuration of ARR that was imported by the command and runs in front of the lab. */
export interface ImportedLab {
  readonly lab: Lab;
  /** What the import wrote. */
  readonly yaml: string;
  /** What it said. */
  readonly said: string;
  /** Of the site's bindings. */
  readonly httpPort: number;
  /** Asks for "host/path" over TLS, in turn, each on a connection of its own. */
  readonly ask: (urls: readonly string[]) => Promise<readonly Logged[]>;
  readonly untilHealthy: (farm: string, server: string, healthy: boolean) => Promise<void>;
}

interface Options {
  /** A sample of test/golden/import-arr/. */
  readonly sample: string;
  readonly presets: boolean;
}

/**
 * Changes nothing of the sample but its places: the domain, the servers' addresses and ports, the site's bindings, and how
 * often members are checked. What the import writes is not touched; ports of the API and an access log are added.
 */
export async function importedLab(t: TestContext, { sample, presets }: Options): Promise<ImportedLab> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const lab = await startLabFor(sample);
  t.after(() => lab.close());
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  const xml = await readFile(new URL(`../../../test/golden/import-arr/${sample}.xml`, import.meta.url), "utf8");
  await writeFile(join(folder.path, "applicationHost.config"), moved(xml, lab, { httpsPort, httpPort }));
  await writeFile(join(folder.path, "ca.pem"), lab.certificates?.ca ?? "");
  // As the store of Windows would know it.
  const options = { folder: folder.path, env: { NODE_EXTRA_CA_CERTS: join(folder.path, "ca.pem") } };
  const words = [
    "import",
    "arr",
    "applicationHost.config",
    "-o",
    "fairlead.yaml",
    ...(presets ? [] : ["--no-presets"]),
  ];
  const imported = await fairlead(words, options);
  assert.equal(imported.code, 0, imported.errors);
  const yaml = await readFile(join(folder.path, "fairlead.yaml"), "utf8");
  const checked = await fairlead(["check"], options);
  assert.equal(checked.code, 0, checked.errors + yaml);
  await appendFile(
    join(folder.path, "fairlead.yaml"),
    "\nadmin: { port: 0 }\naccessLog: { file: stdout, format: json, fields: [target, status, farm, server] }\n",
  );
  const program = new Program(["run"], options);
  t.after(() => program.kill());
  const [, adminUrl = ""] = await program.untilOutput(/"event":"admin.bound","url":"([^"]+)"/);
  await program.untilOutput(/"event":"router.started"/);
  const farms = async (): Promise<FarmStatus[]> => JSON.parse(await (await fetch(`${adminUrl}/api/v1/farms`)).text());
  await until(async () => (await farms()).every(({ members }) => members.every(({ healthy }) => healthy === true)));
  return {
    lab,
    yaml,
    said: imported.errors,
    httpPort,
    ask: asking(program, httpsPort),
    untilHealthy: async (farm, server, healthy) => {
      await until(async () => {
        const members = (await farms()).find(({ name }) => name === farm)?.members ?? [];
        return members.some((member) => member.server === server && member.healthy === healthy);
      });
    },
  };
}

/** Four servers: two of 2013 or newer, two of 2007 for the sample that has some. Their certificates have the published names. */
async function startLabFor(sample: string): Promise<Lab> {
  const names = sample.includes("2007") ? ["cas1", "cas2", "old1", "old2"] : ["cas1", "cas2"];
  const named = names.map((name) => ({ name, fqdn: `*.${domain}` }));
  const certificates = await createLabCertificates({ servers: named }, systemClock);
  const servers = names.map((name) => ({
    name,
    authentication: "none" as const,
    ...(name.startsWith("old") ? { personality: "2007" as const } : {}),
  }));
  return startLab({ servers, certificates });
}

interface Ports {
  readonly httpsPort: number;
  readonly httpPort: number;
}

function moved(xml: string, lab: Lab, { httpsPort, httpPort }: Ports): string {
  const servers = lab.status().servers;
  const serverElement = (whole: string, year: string, number: string): string => {
    const index = (year === "2007" ? 2 : 0) + Number(number) - 1;
    const port = servers[index]?.port ?? 0;
    const routing = `<applicationRequestRouting httpsPort="${port}" />`;
    return whole === "" ? "" : `<server address="${addresses[Number(number) - 1]}" enabled="true">${routing}</server>`;
  };
  return xml
    .replaceAll(/<server address="TS-E(\d{4})-(?:CA-)?0(\d)"[^>]*(?:\/>|>[^]*?<\/server>)/g, serverElement)
    .replaceAll("tailspintoys.com", domain)
    .replaceAll(String.raw`tailspintoys\.com`, domain.replace(".", String.raw`\.`))
    .replaceAll("*:80:", `127.0.0.1:${httpPort}:`)
    .replaceAll("*:443:", `127.0.0.1:${httpsPort}:`)
    .replaceAll(/interval="00:00:\d\d"/g, 'interval="00:00:01"');
}

function asking(program: Program, port: number): ImportedLab["ask"] {
  let asked = 0;
  return async (urls) => {
    const marks: string[] = [];
    for (const url of urls) {
      const [host = ""] = url.split("/", 1);
      const mark = `asked=${(asked += 1)}`;
      await get(port, host, `${url.slice(host.length)}?${mark}`);
      marks.push(mark);
    }
    // Lines are written a moment later, several at a time.
    const logged: Logged[] = [];
    for (const mark of marks) {
      const [line] = await program.untilOutput(new RegExp(`^.*"target":"[^"]*\\?${mark}".*$`, "m"));
      logged.push(JSON.parse(line));
    }
    return logged;
  };
}

/** The certificate is the stand-in that the import writes. */
async function get(port: number, host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
    const where = {
      host: "127.0.0.1",
      port,
      servername: host,
      rejectUnauthorized: false,
      headers: { host },
      path,
      agent,
    };
    requestHttps(where, (response) => {
      response
        .on("error", reject)
        .on("end", () => resolve(response.statusCode ?? 0))
        .resume();
    })
      .on("error", reject)
      .end();
  });
}

/** The status of an answer over plain HTTP, with its Location; or the error's code. */
export async function getPlain(port: number, host: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    requestHttp({ host: "127.0.0.1", port, headers: { host }, path, agent: false }, (response) => {
      response.resume();
      resolve(`${response.statusCode} ${response.headers.location ?? ""}`.trim());
    })
      .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });
}
