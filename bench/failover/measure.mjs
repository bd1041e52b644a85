import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { freePorts, listening, start, stop } from "../processes.mjs";
import { until, now } from "./clock.mjs";
import { evaluate } from "./evaluate.mjs";
import { Server } from "./server.mjs";

const loadProgram = join(import.meta.dirname, "load.mjs");

/** How long a client waits for an answer. */
const patience = 10_000;

/** One proxy, one fault, one load: everything is started anew and stopped at the end. */
export async function measure(proxy, fault, schedule, folder) {
  const [port, adminPort, ...memberPorts] = await freePorts(4);
  const servers = memberPorts.map((memberPort, index) => new Server(`s${index + 1}`, memberPort, folder));
  const children = [];
  try {
    await Promise.all(servers.map((server) => server.start()));
    const running = proxy.launch({ port, adminPort, servers, folder });
    children.push(running.child);
    await listening(port, running.child, proxy.name);
    await answersWell(port, running.child);
    const load = await startLoad(port, schedule, children);
    const moments = await runWithFault(load, fault, schedule, { proxy: running, faulty: servers[0] });
    if (moments === null) return { unsupported: true };
    const requests = await load.results;
    // What a frozen server still had before it, it shall have noted.
    if (fault.blind) await pause(300);
    return evaluate({ requests, noted: servers.flatMap((server) => server.noted()), fault, moments, servers });
  } finally {
    for (const child of children) stop(child);
    for (const server of servers) server.stop();
  }
}

/** Both protocols, each by both servers, several times without a failure. */
async function answersWell(port, child) {
  const deadline = now() + 20_000;
  let good = 0;
  const seen = new Set();
  while (good < 20 || seen.size < 4) {
    if (now() > deadline) throw new Error(`it does not answer well: ${child.said}`);
    const protocol = good % 2 === 0 ? "a" : "b";
    const response = await fetch(`http://127.0.0.1:${port}/${protocol}/ready`, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    good = response.status === 200 ? good + 1 : 0;
    if (response.status === 200) seen.add(`${protocol}${response.headers.get("x-member")}`);
    else await pause(100);
  }
}

async function startLoad(port, { rate, seconds }, children) {
  const args = [loadProgram, port, rate, seconds, patience].map(String);
  const child = start({ command: process.execPath, args, ipc: true }, null);
  children.push(child);
  await once(child, "message", { signal: AbortSignal.timeout(10_000) });
  const startAt = now() + 100;
  const signal = AbortSignal.timeout(seconds * 1000 + patience + 10_000);
  const results = once(child, "message", { signal }).then(([requests]) => requests);
  results.catch(() => undefined);
  child.send({ startAt });
  return { startAt, results };
}

/** When the fault began and ended; null where the proxy does not support it. */
async function runWithFault({ startAt }, fault, { from, to }, parts) {
  const context = { ...parts, length: (to - from) * 1000 };
  await until(startAt + from * 1000);
  const begin = now();
  if ((await fault.begin(context)) === false) return null;
  await until(startAt + to * 1000);
  const endsAt = now();
  await fault.end(context);
  return { startAt, begin, endsAt, ended: now() };
}
