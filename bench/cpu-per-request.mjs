import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hangingKib } from "./hanging.mjs";
import { bigBytes, memberCommand } from "./member.mjs";
import { cpuSeconds, freePorts, installed, listening, start, stop, versionOf } from "./processes.mjs";
import { fairleadBuild, fairleadLogging, proxies } from "./proxies.mjs";
import { median, table } from "./table.mjs";
import { wrk } from "./wrk.mjs";

const usage = `node bench/cpu-per-request.mjs [options]
  --quick            one short round of the small answers only: a smoke test, not a measurement
  --rounds N         rounds, of which the median counts (5)
  --seconds N        length of a round (5)
  --only CASE        only this case; may be repeated
  --proxy NAME       only this proxy (and HAProxy, for the ratio); may be repeated
  --build FOLDER     also measure this build of Fairlead; may be repeated
  --access-log       also measure Fairlead with an access log in each format
  --json             the result as JSON`;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "access-log": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
    proxy: { type: "string", multiple: true, default: [] },
    build: { type: "string", multiple: true, default: [] },
  },
});

/** What a mail client in a browser sends. */
const browser = [
  "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Accept-Encoding: gzip, deflate, br",
  "Referer: https://mail.bench.test/owa/auth/logon.aspx?replaceCurrent=1&url=https%3a%2f%2fmail.bench.test%2fowa%2f",
  `Cookie: cadata=${"Zm9vYmFy".repeat(24)}; cadataTTL=3kyCz0pZm9v; X-OWA-CANARY=${"a1B2c3D4".repeat(12)}`,
  "Connection: keep-alive",
];

const small = { unit: "µs CPU per request", path: "/", connections: 64, headers: [] };
const big = { unit: "CPU seconds per GB", path: "/big", connections: 8, headers: [] };
const hanging = { unit: "KiB per hanging request", hanging: 2000 };
const cases = [
  { ...small, id: "plain", title: "Small answers, plain", tls: false },
  { ...small, id: "tls", title: "Small answers, TLS on both sides", tls: true },
  { ...small, id: "browser", title: "Small answers, plain, 1 KB of request headers", tls: false, headers: browser },
  { ...big, id: "big", title: "10 MB answers, plain", tls: false },
  { ...big, id: "big-tls", title: "10 MB answers, TLS on both sides", tls: true },
  { ...hanging, id: "hanging", title: "2,000 hanging requests, plain", tls: false },
  { ...hanging, id: "hanging-tls", title: "2,000 hanging requests, TLS on both sides", tls: true },
];

const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
const seconds = Number(options.seconds ?? (options.quick ? 3 : 5));
const cores = availableParallelism();
// The proxy has a core of its own; the load and the member share the other one.
const proxyCore = cores > 1 ? 1 : null;
const loadCore = cores > 1 ? 0 : null;
const name = "mail.bench.test";
const say = (text) => process.stderr.write(`${text}\n`);

function certificateIn(folder) {
  const certificate = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const named = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`];
  execFileSync("openssl", [...args, ...named, "-keyout", key, "-out", certificate], { stdio: "ignore" });
  return { certificate, key };
}

/** The proxies of this run with their versions; null = not installed. */
function chosenProxies() {
  const logging = options["access-log"] ? ["w3c", "json", "combined"].map(fairleadLogging) : [];
  const builds = [...options.build.map((folder) => fairleadBuild(folder, [])), ...logging];
  const wanted = options.proxy.map((each) => each.toLowerCase());
  const all = [...proxies, ...builds].filter(
    (proxy) =>
      wanted.length === 0 || ["haproxy", ...wanted].includes(proxy.name.toLowerCase()) || builds.includes(proxy),
  );
  return all.map((proxy) => ({ proxy, version: proxy.version() }));
}

/** The proxy must give the member's answer before its speed says anything. */
async function proves(proxy, { port, tls, certificate }, path) {
  const get = tls ? httpsGet : httpGet;
  const ca = tls ? readFileSync(certificate) : undefined;
  const { status, length } = await new Promise((resolve, reject) => {
    const request = get(
      { port, host: "127.0.0.1", path, ca, servername: name, headers: { host: name } },
      (response) => {
        let length = 0;
        response.on("data", (bytes) => (length += bytes.length));
        response.on("end", () => resolve({ status: response.statusCode, length }));
      },
    );
    request.on("error", reject);
  });
  const expected = path === "/big" ? bigBytes : undefined;
  if (status !== 200 || (expected ?? length) !== length || length === 0) {
    throw new Error(`${proxy.name} answered ${status} with ${length} bytes`);
  }
}

async function round(child, url, { connections, headers, unit }, folder) {
  const before = cpuSeconds(child);
  const result = await wrk(url, { seconds, connections, headers, folder, core: loadCore });
  const cpu = cpuSeconds(child) - before;
  const perByte = unit === big.unit;
  return {
    value: perByte ? (cpu / result.bytes) * 1e9 : (cpu / result.requests) * 1e6,
    rate: perByte ? result.bytes / result.microseconds : (result.requests / result.microseconds) * 1e6,
    core: (cpu / result.microseconds) * 1e6,
    p50: result.p50,
    p99: result.p99,
    errors: result.errors,
  };
}

/** All proxies are up at once and take turns: what disturbs the machine disturbs them all alike. */
async function loadCase(test, present, folder, certificate) {
  const [memberPort, ...ports] = await freePorts(present.length + 1);
  const common = { folder, memberPort, tls: test.tls, name, ...certificate };
  const member = start(memberCommand({ ...common, port: memberPort }), loadCore);
  await listening(memberPort, member, "the member");
  const entries = [];
  for (const [at, { proxy }] of present.entries()) {
    const place = { ...common, port: ports[at] };
    const child = start(proxy.command(place), proxyCore);
    await listening(place.port, child, proxy.name);
    await proves(proxy, place, test.path);
    entries.push({
      proxy,
      child,
      url: `${test.tls ? "https" : "http"}://127.0.0.1:${place.port}${test.path}`,
      rounds: [],
    });
  }
  for (let turn = 0; turn <= rounds; turn++) {
    for (const { proxy, child, url, rounds: results } of entries) {
      const result = await round(child, url, test, folder);
      // The first one warms up: just-in-time compilers, connections to the member.
      if (turn === 0) continue;
      results.push(result);
      say(
        `  ${test.id} ${turn}/${rounds} ${proxy.name}: ${result.value.toFixed(2)} ${test.unit}, ${result.errors} errors`,
      );
    }
  }
  for (const { child } of entries) stop(child);
  stop(member);
  return entries.map(({ proxy, rounds: results }) => ({ proxy: proxy.name, ...summary(results) }));
}

function summary(results) {
  const of = (key) => results.map((result) => result[key]);
  return {
    value: median(of("value")),
    least: Math.min(...of("value")),
    most: Math.max(...of("value")),
    rate: median(of("rate")),
    core: median(of("core")),
    p50: median(of("p50")),
    p99: median(of("p99")),
    errors: of("errors").reduce((sum, each) => sum + each, 0),
    rounds: results,
  };
}

/** One proxy after the other, each with a process of its own. */
async function hangingCase(test, present, folder, certificate) {
  const results = [];
  for (const { proxy } of present) {
    const [memberPort, port] = await freePorts(2);
    const place = { folder, memberPort, port, tls: test.tls, name, ...certificate };
    const script = fileURLToPath(new URL("hanging-member.mjs", import.meta.url));
    const args = [script, JSON.stringify({ ...place, port: memberPort })];
    const member = start({ command: process.execPath, args }, loadCore);
    await listening(memberPort, member, "the member");
    const child = start(proxy.command(place), proxyCore);
    await listening(port, child, proxy.name);
    const { kib, errors } = await hangingKib(child, place, test.hanging);
    say(`  ${test.id} ${proxy.name}: ${kib.toFixed(1)} ${test.unit}, ${errors} errors`);
    results.push({ proxy: proxy.name, value: kib, errors });
    stop(child);
    stop(member);
  }
  return results;
}

/** Three views of one comparison: the ratio of the medians, and the least and the most within a round. */
function withRatio(results) {
  const reference = results.find(({ proxy }) => proxy === "HAProxy");
  return results.map((result) => {
    if (reference === undefined) return { ...result, ratio: null, ratios: [] };
    const ratios = (result.rounds ?? []).map(({ value }, turn) => value / reference.rounds[turn].value);
    return { ...result, ratio: result.value / reference.value, ratios };
  });
}

function caseTable({ unit, hanging: many, results }) {
  const rows = results.map(({ proxy, ratio, ratios, value, least, most, rate, core, p50, p99, errors }) => {
    const digits = unit === big.unit ? 3 : 1;
    const load =
      rate === undefined
        ? []
        : [
            ratios.length === 0 ? "-" : `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
            `${least.toFixed(digits)}-${most.toFixed(digits)}`,
            rate.toFixed(0),
            `${(core * 100).toFixed(0)} %`,
            (p50 / 1000).toFixed(2),
            (p99 / 1000).toFixed(2),
          ];
    return [proxy, ratio === null ? "-" : ratio.toFixed(2), value.toFixed(digits), ...load, errors];
  });
  const perSecond = unit === big.unit ? "MB/s" : "requests/s";
  const load =
    many === undefined ? ["times, all rounds", "all rounds", perSecond, "core used", "p50 ms", "p99 ms"] : [];
  return table(["proxy", "times HAProxy", unit, ...load, "errors"], rows);
}

function machine() {
  const wrkVersion = versionOf("wrk", ["-v"], /wrk (?:debian\/)?(\S+)/);
  return {
    date: new Date().toISOString(),
    cores,
    cpu: cpus()[0]?.model.trim(),
    node: process.versions.node,
    wrk: wrkVersion,
  };
}

function print(report) {
  const { machine: on, versions, cases: done } = report;
  const of = Object.entries(versions).map(([proxy, version]) => `${proxy} ${version ?? "absent"}`);
  const head = `${on.date}, ${on.cores} cores (${on.cpu}), Node.js ${on.node}, wrk ${on.wrk}\n${of.join(", ")}\n${rounds} rounds of ${seconds} s, median\n`;
  const parts = done.map((each) => `\n### ${each.title}\n\n${caseTable(each)}\n`);
  process.stdout.write(head + parts.join(""));
}

async function measure(folder) {
  const chosen = chosenProxies();
  for (const { proxy, version } of chosen) if (version === null) say(`${proxy.name} is absent`);
  const present = chosen.filter(({ version }) => version !== null);
  const certificate = installed("openssl") ? certificateIn(folder) : null;
  if (certificate === null) say("openssl is absent: no case with TLS");
  const wanted = cases.filter(({ id, unit, tls }) => {
    if (tls && certificate === null) return false;
    return options.only.length > 0 ? options.only.includes(id) : !options.quick || unit === small.unit;
  });
  const done = [];
  for (const test of wanted) {
    say(test.title);
    const results = await (test.hanging === undefined ? loadCase : hangingCase)(test, present, folder, certificate);
    done.push({ ...test, results: withRatio(results) });
  }
  const versions = Object.fromEntries(chosen.map(({ proxy, version }) => [proxy.name, version]));
  return { machine: machine(), versions, rounds, seconds, cases: done };
}

function requirements() {
  if (process.platform !== "linux") return "this needs Linux: CPU time is read from /proc";
  const missing = ["wrk", "nginx"].filter((program) => !installed(program));
  return missing.length === 0
    ? null
    : `absent, and needed: ${missing.join(", ")} (apt-get install -y ${missing.join(" ")})`;
}

async function main() {
  if (options.help) {
    process.stdout.write(`${usage}\n\ncases: ${cases.map(({ id }) => id).join(", ")}\n`);
    return;
  }
  const problem = requirements();
  if (problem !== null) throw new Error(problem);
  const folder = mkdtempSync(join(tmpdir(), "fairlead-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const report = await measure(folder);
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else print(report);
  // A proxy that fails requests is not fast.
  const failed = report.cases.some(({ results }) => results.some(({ errors }) => errors > 0));
  process.exit(failed ? 1 : 0);
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
