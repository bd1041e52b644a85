import { parseArgs } from "node:util";
import { caddyProxies } from "./caddy.mjs";
import { fairlead } from "./fairlead.mjs";
import { faults } from "./faults.mjs";
import { haproxyProxies } from "./haproxy.mjs";
import { nginxProxies } from "./nginx.mjs";

const proxies = [fairlead, ...nginxProxies, ...haproxyProxies, ...caddyProxies];
const names = (list) => list.map(({ id }) => id).join(", ");

export const usage = `node bench/failover.mjs [options]
  --quick            a short load and few faults: a smoke test, not a measurement
  --only FAULT,...   only these faults: ${names(faults)}
  --proxies NAME,... only proxies whose name begins so: ${names(proxies)}
  --rate N           requests per second (500; quick: 250)
  --json             the results as JSON
  --assert           exits with 1 where Fairlead loses what could be saved, sends a POST twice or loses the other protocol;
                     with --quick the other proxies then only meet a stopped pool`;

/** When the fault begins and ends, in seconds of the load. */
const full = { rate: 500, seconds: 10, from: 3, to: 7 };
const short = { rate: 250, seconds: 4.5, from: 1, to: 3 };

/** What was asked for: { help, json, assert, schedule, present, absent, pairs }; throws what is wrong with it. */
export function readOptions() {
  const flag = { type: "boolean", default: false };
  const text = { type: "string" };
  const { values } = parseArgs({
    options: { quick: flag, json: flag, assert: flag, help: flag, only: text, proxies: text, rate: text },
  });
  const { help, json, assert } = values;
  return { help, json, assert, schedule: scheduleOf(values), ...planOf(values) };
}

function scheduleOf({ quick, rate }) {
  const schedule = quick ? short : full;
  const perSecond = Number(rate ?? schedule.rate);
  if (!(perSecond >= 1 && perSecond <= 10_000)) throw new Error(`--rate ${rate} is no number from 1 to 10000`);
  return { ...schedule, rate: perSecond };
}

/** Which proxies meet which faults. */
function planOf({ quick, assert, only, proxies: named }) {
  const taken = proxies.filter(({ id, extra }) =>
    named === undefined ? !extra : named.split(",").some((word) => id.startsWith(word)),
  );
  const chosen = faults.filter(({ id, brief }) =>
    only === undefined ? !quick || brief : only.split(",").includes(id),
  );
  for (const word of only?.split(",") ?? []) mustBegin(word, faults, true);
  for (const word of named?.split(",") ?? []) mustBegin(word, proxies, false);
  const present = taken.filter((proxy) => proxy.version() !== null);
  const pairs = chosen.flatMap((fault) => present.map((proxy) => ({ fault, proxy })));
  // A short run stays short: --only asks for what it spares.
  const spared = ({ id }) => quick && only === undefined && (assert ? id !== "stopped" : id === "reloads");
  return {
    present,
    absent: taken.filter((proxy) => !present.includes(proxy)),
    pairs: pairs.filter(({ fault, proxy }) => proxy === fairlead || !spared(fault)),
  };
}

function mustBegin(word, list, whole) {
  if (!list.some(({ id }) => (whole ? id === word : id.startsWith(word))))
    throw new Error(`there is no ${word} among ${names(list)}`);
}
