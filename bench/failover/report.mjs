import { table } from "../table.mjs";
import { faults } from "./faults.mjs";

const head = [
  "proxy",
  "lost, safe",
  "lost, unknown",
  "POST twice",
  "b lost",
  "b moved",
  "p50 ms",
  "p99 ms",
  "max ms",
  "> 1 s",
  "> 2 s",
  "out after",
  "back after",
  "p99 after",
];

/** A Markdown table for each fault. */
export function report(runs, versions, absent) {
  const lacking = absent.length > 0 ? [`absent: ${absent.join(", ")}`] : [];
  const measured = [...(versions.length > 0 ? [versions.join(", ")] : []), ...lacking].join("; ");
  const tables = faults
    .map((fault) => ({ fault, rows: runs.filter((run) => run.fault === fault.id).map(row) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ fault, rows }) => `### ${fault.title}\n\n${table(head, rows)}`);
  return [measured, ...tables, ...(runs.length > 0 ? [lateness(runs)] : [])].join("\n\n");
}

/** How far the measuring itself can be trusted. */
function lateness(runs) {
  const worst = Math.max(...runs.map(({ result }) => result?.sentLate ?? 0));
  return `In the busiest run 1 % of the requests left the clients more than ${worst.toFixed(0)} ms late: that much of p99 and max may be the machine's.`;
}

function row({ proxy, error, result }) {
  const blank = head.slice(2).map(() => "-");
  if (error !== undefined) return [proxy, "failed", ...blank];
  if (result.unsupported) return [proxy, "not supported", ...blank];
  const { safeLost, unknownLost, postTwice, othersLost, othersMoved, p50, p99, max, over1s, over2s } = result;
  return [
    proxy,
    safeLost,
    unknownLost,
    postTwice,
    othersLost ?? "-",
    othersMoved ?? "-",
    ...[p50, p99, max].map(milliseconds),
    over1s,
    over2s,
    out(result),
    back(result),
    milliseconds(result.p99After),
  ];
}

function milliseconds(value) {
  return value === null ? "-" : value.toFixed(value < 100 ? 1 : 0);
}

function out({ outAfter }) {
  if (outAfter === undefined) return "-";
  return outAfter === null ? "never" : seconds(outAfter);
}

function back({ outAfter, backAfter }) {
  if (outAfter === undefined || outAfter === null) return "-";
  return backAfter === null ? "not seen" : seconds(backAfter);
}

function seconds(value) {
  return `${(value / 1000).toFixed(2)} s`;
}

/** Every run with all its numbers. */
export function json(runs, versions, absent, schedule) {
  const rounded = (_key, value) => (typeof value === "number" ? Number(value.toFixed(3)) : value);
  return JSON.stringify({ versions, absent, schedule, runs }, rounded, 2);
}

/** One line, as a run ends. */
export function progress({ proxy, fault, error, result }) {
  if (error !== undefined) return `${fault}, ${proxy}: failed: ${error}`;
  if (result.unsupported) return `${fault}, ${proxy}: not supported`;
  const { requests, safeLost, unknownLost, postTwice, reasons } = result;
  const why = Object.entries(reasons).map(([reason, count]) => `${count} ${reason}`);
  const counts = `${safeLost} safe and ${unknownLost} unknown of ${requests} lost, ${postTwice} POST twice`;
  return `${fault}, ${proxy}: ${counts}${why.length > 0 ? ` (${why.join(", ")})` : ""}`;
}
