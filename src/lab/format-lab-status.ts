import type { LabServerStatus, LabStatus, PoolStatus } from "./lab-status.ts";
import { protocols } from "./protocols.ts";

interface Cell {
  readonly text: string;
  /** SGR parameter; "" = none. */
  readonly color: string;
}

const gap = "   ";
const dim = "2";
const colors: Readonly<Record<PoolStatus["state"], string>> = { running: "32", stopped: "31", hung: "33", slow: "33" };

/** A table for a terminal: a column for each server, a row for each protocol. */
export function formatLabStatus(status: LabStatus, colored: boolean): string {
  const { servers } = status;
  const rows: Cell[][] = [
    [plain(""), ...servers.map(({ name }) => plain(name))],
    [plain(""), ...servers.map(({ url }) => ({ text: url, color: dim }))],
    ...protocols.map((protocol) => [plain(protocol), ...servers.map(({ pools }) => poolCell(pools[protocol]))]),
    [plain("connections"), ...servers.map(connectionsCell)],
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.text.length ?? 0)));
  return rows.map((row) => formatRow(row, widths, colored)).join("");
}

function plain(text: string): Cell {
  return { text, color: "" };
}

function poolCell(pool: PoolStatus): Cell {
  const state = pool.state === "slow" ? `slow ${pool.delayMs} ms` : pool.state;
  const fault = pool.fault === null ? "" : `, ${pool.fault}`;
  const requests = pool.requests === 0 ? "" : ` (${pool.requests})`;
  return { text: state + fault + requests, color: pool.fault === null ? colors[pool.state] : "35" };
}

function connectionsCell(server: LabServerStatus): Cell {
  return { text: `${server.openConnections} open of ${server.acceptedConnections}`, color: dim };
}

function formatRow(row: readonly Cell[], widths: readonly number[], colored: boolean): string {
  const cells = row.map(({ text, color }, column) => {
    const padded = column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0);
    return colored && color !== "" ? `\u001b[${color}m${padded}\u001b[0m` : padded;
  });
  return `${cells.join(gap)}\n`;
}
