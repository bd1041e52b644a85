import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { get } from "node:https";
import { freePort } from "./free-port.ts";
import { makeCertificate } from "./make-certificates.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { until } from "./until.ts";

/** Debian's pebble, a certificate authority for tests. Every name is 127.0.0.1 for it. */
export interface Pebble {
  /** The directory's URL. */
  readonly directory: string;
  /** PEM, to trust the directory, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
  /** All that it has logged. */
  output(): string;
  /** PEM of the root whose intermediate signs the certificates. */
  root(): Promise<string>;
  stop(): Promise<void>;
}

export interface PebbleOptions {
  /** Where it validates. */
  readonly httpPort: number;
  readonly tlsPort: number;
  /** Of the certificates. */
  readonly validitySeconds?: number;
  /** Keys of external account bindings by their identifier; then one is asked for. */
  readonly eab?: Readonly<Record<string, string>>;
  /** How many of a hundred good nonces it refuses. */
  readonly nonceReject?: number;
}

/** null = pebble is not installed. Stopped with the test. */
export async function startPebble(t: TestContext, options: PebbleOptions): Promise<Pebble | null> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const authority = await makeCertificate({ name: "Pebble's own CA", ca: true });
  const own = await makeCertificate({ name: "localhost", by: authority });
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder.path, name), text);
    return join(folder.path, name);
  };
  const [port, managementPort, dnsPort] = [await freePort(), await freePort(), await freePort()];
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: await file("cert.pem", own.certificate),
    privateKey: await file("key.pem", own.key),
    httpPort: options.httpPort,
    tlsPort: options.tlsPort,
    certificateValidityPeriod: options.validitySeconds ?? 90 * 86_400,
    externalAccountBindingRequired: options.eab !== undefined,
    externalAccountMACKeys: options.eab ?? {},
  };
  const config = await file("pebble.json", JSON.stringify({ pebble }));
  const none = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-management", ""];
  const dns = await run(t, "pebble-challtestsrv", [...none, "-defaultIPv6", "", "-dns01", `127.0.0.1:${dnsPort}`]);
  if (dns === null) return null;
  const ca = await run(t, "pebble", ["-config", config, "-dnsserver", `127.0.0.1:${dnsPort}`], options.nonceReject);
  if (ca === null) return null;
  const caFile = await file("ca.pem", authority.certificate);
  const directory = `https://localhost:${port}/dir`;
  const root = async (): Promise<string> =>
    fetchText(`https://localhost:${managementPort}/roots/0`, authority.certificate);
  const answers = async (): Promise<boolean> => (await fetchText(directory, authority.certificate)) !== "";
  await until(async () => {
    if (ca.ended()) throw new Error(`pebble ended: ${ca.output()}`);
    return (await answers().catch(() => false)) && (await root().catch(() => null));
  });
  return {
    directory,
    ca: authority.certificate,
    caFile,
    output: () => ca.output(),
    root,
    stop: () => ca.stop(),
  };
}

interface Running {
  ended(): boolean;
  output(): string;
  stop(): Promise<void>;
}

/** Validation begins at once, and once for each order. */
const environment = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0" };

async function run(t: TestContext, program: string, args: readonly string[], reject = 5): Promise<Running | null> {
  const env = { ...process.env, ...environment, PEBBLE_WFE_NONCEREJECT: String(reject) };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const started = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  if (!started) return null;
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (ended()) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  t.after(stop);
  return { output: () => output, ended, stop };
}

async function fetchText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => (text += bytes.toString()));
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });
}
