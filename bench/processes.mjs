import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

const running = new Set();

// A process group of its own for each, so that nothing outlives the measurement, Ctrl-C included.
process.on("exit", () => {
  for (const child of running) stop(child);
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

/** Is the program there? Debian keeps some in /usr/sbin. */
export function installed(program) {
  return ["/usr/sbin", ...(process.env.PATH ?? "").split(":")].some((folder) => existsSync(`${folder}/${program}`));
}

/** `core` null = not pinned. With `ipc` the child, a node, can send and be sent messages. */
export function start({ command, args, env = {}, ipc = false }, core) {
  const pinned = core !== null && installed("taskset");
  const line = pinned ? ["taskset", "-c", String(core), command, ...args] : [command, ...args];
  const child = spawn(line[0], line.slice(1), {
    detached: true,
    stdio: ["ignore", "ignore", "pipe", ...(ipc ? ["ipc"] : [])],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...env },
  });
  child.said = "";
  child.stderr.on("data", (bytes) => (child.said = (child.said + bytes).slice(-2000)));
  child.on("error", (error) => (child.said += error.message));
  child.on("exit", () => running.delete(child));
  running.add(child);
  return child;
}

export function stop(child) {
  running.delete(child);
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/** Runs to its end; standard output. */
export async function run(command, args, core) {
  const line =
    core !== null && installed("taskset") ? ["taskset", "-c", String(core), command, ...args] : [command, ...args];
  const child = spawn(line[0], line.slice(1), { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let out = "";
  child.stdout.on("data", (bytes) => (out += bytes));
  child.stderr.on("data", (bytes) => (out += bytes));
  const [code] = await once(child, "close");
  running.delete(child);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${out}`);
  return out;
}

export function versionOf(command, args, pattern) {
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
  });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? "?";
}

/** Several at once, so that none is given twice. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/** Until something accepts connections there. */
export async function listening(port, child, what) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      if (!running.has(child)) break;
      await pause(100);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`${what} does not listen: ${child.said}`);
}

/** A process and its descendants. */
function treeOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return [pid, ...children.flatMap((child) => treeOf(child))];
}

const ticksPerSecond = Number(spawnSync("getconf", ["CLK_TCK"], { encoding: "utf8" }).stdout) || 100;

/** User and system time of a process and its children so far, in seconds; resolution 10 ms. */
export function cpuSeconds({ pid }) {
  return treeOf(pid).reduce((sum, each) => {
    const stat = readFileSync(`/proc/${each}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);
}

/** Memory of a process and its children, what they share counted once, in KiB. */
export function memoryKib({ pid }) {
  return treeOf(pid).reduce((sum, each) => {
    const rollup = readFileSync(`/proc/${each}/smaps_rollup`, "utf8");
    return sum + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }, 0);
}
