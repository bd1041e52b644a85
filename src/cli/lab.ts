import path from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { writeLabCertificates } from "../lab/certificates.ts";
import { fetchLabStatus, LabControlError, orderLab } from "../lab/control-lab.ts";
import { formatLabStatus } from "../lab/format-lab-status.ts";
import { defaultControlPort, startLabControl, type PoolOrder } from "../lab/lab-control.ts";
import type { LabOptions } from "../lab/lab-options.ts";
import type { LabStatus } from "../lab/lab-status.ts";
import { poolFaults } from "../lab/pool.ts";
import type { Personality } from "../lab/protocols.ts";
import { startLab } from "../lab/start-lab.ts";
import { labUsers } from "../lab/users.ts";

interface ControlOptions {
  readonly controlPort: number;
  readonly json?: true;
}

interface RunOptions {
  readonly portBase: number;
  readonly controlPort: number;
  readonly directory: string;
  readonly personality: Personality;
  readonly authentication: "required" | "none";
  readonly plain?: true;
}

const defaultPortBase = 10_443;

/** `fairlead lab`: runs the simulated Exchange organisation, or controls one that runs. */
export function labCommand(): Command {
  const command = new Command("lab")
    .description("run a simulated Exchange organisation: two servers, cas1 and cas2")
    .option("--port-base <port>", "port of cas1; cas2 has the next one", parsePort, defaultPortBase)
    .addOption(controlPortOption())
    .option("--directory <path>", "where its certificates are written", path.join(".fairlead", "lab"))
    .addOption(
      new Option("--personality <version>", "what the servers behave like")
        .choices(["2013", "2010", "2007"])
        .default("2013"),
    )
    .addOption(
      new Option("--authentication <mode>", "none: requests need no credentials")
        .choices(["required", "none"])
        .default("required"),
    )
    .option("--plain", "HTTP instead of HTTPS")
    .action(run);
  addSwitch(command, "stop", "stop a protocol's application pool: 503", () => ({ action: "stop" }));
  addSwitch(command, "start", "back to normal", () => ({ action: "start" }));
  addSwitch(command, "hang", "accept requests and never answer", () => ({ action: "hang" }));
  addSwitch(command, "slow", "delay every answer", ([delayMs]) => ({
    action: "slow",
    delayMs: parseDelay(delayMs),
  })).argument("<ms>");
  addSwitch(command, "fault", `spoil answers: ${poolFaults.join(", ")}`, ([fault, times]) => faultOrder(fault, times))
    .argument("<fault>")
    .argument("[times]", "how many requests; all when left out");
  controlling(command.command("status").description("show servers, protocols and how many requests they got")).action(
    async (_: unknown, sub: Command) => report(sub, (options) => fetchLabStatus(options.controlPort)),
  );
  return command;
}

async function run(_: unknown, command: Command): Promise<void> {
  const options = command.opts<RunOptions>();
  const directory = path.resolve(options.directory);
  const lab = await startLab(labOptions(options)).catch((error: unknown) => refuse(command, error));
  if (lab.certificates !== null) await writeLabCertificates(directory, lab.certificates);
  const access = await startLabControl(lab, options.controlPort).catch(async (error: unknown) => {
    await lab.close();
    return refuse(command, error);
  });
  const users = labUsers.map(({ name, password }) => `${name}:${password}`).join("  ");
  const lines = [
    ...lab.status().servers.map(({ name, url, fqdn }) => [name, `${url}   ${fqdn}`]),
    ["users", users],
    ...(lab.certificates === null ? [] : [["trust", path.join(directory, "ca.pem")]]),
    ["control", `fairlead lab stop cas1 owa   (port ${access.port})`],
  ];
  process.stdout.write(lines.map(([name = "", text = ""]) => `${name.padEnd(8)} ${text}\n`).join(""));
  const close = (): void => void Promise.all([lab.close(), access.close()]).then(() => process.exit(0));
  process.once("SIGINT", close).once("SIGTERM", close);
}

function refuse(command: Command, error: unknown): never {
  const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE" && "port" in error;
  if (!inUse) throw error;
  const remedy = "choose others with --port-base and --control-port";
  return command.error(`error: port ${String(error.port)} is in use; ${remedy}`, { exitCode: 1 });
}

function labOptions({ portBase, personality, authentication, plain }: RunOptions): LabOptions {
  const servers = ["cas1", "cas2"].map((name, index) => {
    const port = portBase === 0 ? 0 : portBase + index;
    return { name, port, personality, authentication, tls: plain !== true };
  });
  return { servers, onEvent: (event) => void (event.type === "failed" && console.error(event.error)) };
}

function addSwitch(
  parent: Command,
  name: string,
  description: string,
  orderOf: (rest: readonly (string | undefined)[]) => PoolOrder,
): Command {
  const command = controlling(parent.command(name).description(description))
    .argument("<server>")
    .argument("<protocol>");
  return command.action(async () => {
    const [server = "", protocol = "", ...rest] = command.args;
    await report(command, (options) => orderLab(options.controlPort, server, protocol, orderOf(rest)));
  });
}

function controlling(command: Command): Command {
  return command.addOption(controlPortOption()).option("--json", "print the result as JSON");
}

function controlPortOption(): Option {
  return new Option("--control-port <port>", "the lab's control API on this machine")
    .env("FAIRLEAD_LAB_PORT")
    .argParser(parsePort)
    .default(defaultControlPort);
}

async function report(command: Command, ask: (options: ControlOptions) => Promise<LabStatus>): Promise<void> {
  const options = command.optsWithGlobals<ControlOptions>();
  try {
    const status = await ask(options);
    const output = command.configureOutput();
    const colored = output.getOutHasColors?.() ?? false;
    output.writeOut?.(options.json ? `${JSON.stringify(status, null, 2)}\n` : formatLabStatus(status, colored));
  } catch (error) {
    if (!(error instanceof LabControlError)) throw error;
    command.error(`error: ${error.message}`, { exitCode: 1 });
  }
}

function faultOrder(fault: string | undefined, times: string | undefined): PoolOrder {
  const known = poolFaults.find((name) => name === fault);
  if (known === undefined)
    throw new LabControlError(`There is no fault "${fault}"; there are ${poolFaults.join(", ")}.`);
  return times === undefined
    ? { action: "fault", fault: known }
    : { action: "fault", fault: known, times: Number(times) };
}

function parseDelay(text: string | undefined): number {
  const delayMs = Number(text);
  if (text !== undefined && Number.isFinite(delayMs) && delayMs >= 0) return delayMs;
  throw new LabControlError(`"${text}" is no number of milliseconds.`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a port, 0 to 65535.");
}
