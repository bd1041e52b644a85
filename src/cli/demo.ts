import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { stringify } from "yaml";
import type { LoadResult } from "../config/load-config.ts";
import { writeLabCertificates } from "../lab/certificates.ts";
import type { Lab } from "../lab/lab.ts";
import { startLabControl } from "../lab/lab-control.ts";
import { startLab } from "../lab/start-lab.ts";
import { labUsers } from "../lab/users.ts";
import { printFindings } from "./check.ts";
import { load } from "./load.ts";
import { ownLog, startOrRefuse, stopOnSignal } from "./run.ts";
import { painter, table } from "./terminal.ts";
import { version } from "./version.ts";

const domain = "exchange.localhost";
const folder = join(".fairlead", "demo");

interface Ports {
  readonly https: number;
  readonly http: number;
  readonly admin: number;
  readonly lab: number;
}

/** `fairlead demo` (`npm start`): the lab, and the router in front of it, with a configuration to look at. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("run the router in front of a simulated Exchange organisation")
    .action(async (_: unknown, command: Command) => {
      const ports = demoPorts();
      const lab = await startLab({ servers: [{ name: "cas1" }, { name: "cas2" }] });
      const control = await startLabControl(lab, ports.lab).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        return command.error(`error: the lab's control port ${ports.lab}: ${reason}; FAIRLEAD_LAB_PORT moves it`);
      });
      const file = await writeDemo(lab, ports);
      const loaded = await loadDemo(file, command);
      const own = ownLog(loaded);
      const router = await startOrRefuse(loaded, own, command, { load: async () => load(file) });
      process.stdout.write(introduction(file, ports));
      stopOnSignal({
        close: async (graceMs) => void (await Promise.all([router.close(graceMs), lab.close(), control.close()])),
        graceMs: () => router.control.config.stop.graceMs,
        log: own.log,
      });
      own.log("router.started", { version, file });
    });
}

function demoPorts(): Ports {
  return {
    https: portFrom("FAIRLEAD_HTTPS_PORT", 8443),
    http: portFrom("FAIRLEAD_HTTP_PORT", 8080),
    admin: portFrom("FAIRLEAD_ADMIN_PORT", 9900),
    lab: portFrom("FAIRLEAD_LAB_PORT", 9980),
  };
}

/** What is no port is found and explained by the configuration's own check. */
function portFrom(name: string, usual: number): number {
  return Number(process.env[name] ?? usual);
}

async function writeDemo(lab: Lab, ports: Ports): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (lab.certificates !== null) await writeLabCertificates(folder, lab.certificates);
  const file = join(folder, "fairlead.yaml");
  await writeFile(file, `# Written by the demo at each start.\n${stringify(demoDocument(lab, ports))}`);
  return file;
}

function demoDocument(lab: Lab, { https, http, admin }: Ports): unknown {
  const servers = lab.status().servers;
  return {
    listen: [
      { address: "127.0.0.1", port: https, certificates: [{ cert: "listener.pem", key: "listener-key.pem" }] },
      { address: "127.0.0.1", port: http, redirect: "https" },
    ],
    servers: Object.fromEntries(servers.map(({ name, url }) => [name, url])),
    exchange: {
      version: 2013,
      layout: "namespace-per-protocol",
      domain,
      servers: servers.map(({ name }) => name),
      tls: { ca: "ca.pem", serverName: "localhost" },
    },
    admin: { port: admin },
  };
}

async function loadDemo(file: string, command: Command): Promise<Extract<LoadResult, { ok: true }>> {
  const result = await load(file);
  printFindings(result);
  return result.ok ? result : command.error("error: the demo's own configuration is wrong", { exitCode: 1 });
}

function introduction(file: string, { https, admin }: Ports): string {
  const paint = painter(process.stdout, process.env);
  const at = (protocol: string, path: string): string => `https://${protocol}.${domain}:${https}${path}`;
  const user = labUsers[0];
  const rows = [
    ["dashboard", `http://127.0.0.1:${admin}`],
    ["OWA", at("owa", "/owa/")],
    [
      "EWS",
      `curl --cacert ${join(folder, "ca.pem")} --ntlm -u ${user?.name}:${user?.password} ${at("ews", "/ews/exchange.asmx")}`,
    ],
    ["stop one", "npx fairlead lab stop cas1 owa"],
    ["see it move", "npx fairlead status      (a check runs every 5 s, and at once when a request fails)"],
    ["start it", "npx fairlead lab start cas1 owa"],
    ["configuration", `${resolve(file)}      (change it, then: npx fairlead reload)`],
  ].map(([name = "", text = ""]) => [paint("strong", name), text]);
  return `\nTwo simulated Exchange servers, cas1 and cas2, and Fairlead in front of them. Ctrl-C ends it.\n\n${table(rows)}\n\n`;
}
