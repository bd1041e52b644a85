import { isAbsolute } from "node:path";
import ipaddr from "ipaddr.js";
import type { ListenerConfig } from "./config.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Findings } from "./findings.ts";
import { isIp } from "./host-name.ts";
import type { ListenerDocument } from "./listener-schema.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { samePlace } from "./same-place.ts";

/** Where one socket listens. */
export type ListenPlace = Pick<ListenerConfig, "address" | "port" | "unix">;

/** Linux takes 107 bytes, others down to 103, and a new socket is made beside the old one with a longer name. */
const maxSocketPath = 99;

const pipePrefix = "\\\\.\\pipe\\";

/** Each place where one entry of `listen` listens. */
export function resolvePlaces(value: ListenerDocument, path: Path, findings: Findings): ListenPlace[] {
  if (value.unix !== undefined) {
    checkSocketPath(value.unix, [...path, "unix"], findings);
    const mode = value.mode ?? Number.parseInt(builtInDefaults.listener.mode, 8);
    return [{ address: "", port: 0, unix: { path: value.unix, mode } }];
  }
  const port = value.port ?? 0;
  const { address } = value;
  const written = typeof address === "object" ? address : [address ?? ""];
  const places: ListenPlace[] = [];
  written.forEach((text, index) => {
    const at = typeof address === "object" ? [...path, "address", index] : [...path, "address"];
    const resolved = resolveAddress(text, at, findings);
    if (resolved === null) return;
    const place = { address: resolved, port, unix: null };
    // Also where the port is any free one: twice the same is never meant.
    const other = places.find((earlier) => samePlace({ ...earlier, port: 1 }, { ...place, port: 1 }));
    if (other !== undefined) {
      const message = `${quote(text)} is listened on already by another address of this list: leave one of them out`;
      findings.problem(at, message);
    }
    places.push(place);
  });
  return places;
}

/** Which of the keys that say where to listen go together. */
export function checkPlaceKeys(value: ListenerDocument, path: Path, findings: Findings): void {
  const { port, address, unix, mode } = value;
  if (unix === undefined) {
    if (port === undefined) findings.problem([...path, "port"], "missing: write a number from 0 to 65535");
    if (mode !== undefined) findings.problem([...path, "mode"], "only a Unix domain socket has a mode: leave it out");
    return;
  }
  const needless = port !== undefined ? "port" : address !== undefined ? "address" : null;
  if (needless === null) return;
  const message = `a listener on a Unix domain socket has no ${needless}: leave out \`${needless}\`, or \`unix\``;
  findings.problem([...path, needless], message);
}

export function overlaps(a: ListenPlace, b: ListenPlace): boolean {
  if (a.unix !== null && b.unix !== null) return a.unix.path === b.unix.path;
  return samePlace(a, b);
}

/** null = it is none, which is reported. */
function resolveAddress(written: string, path: Path, findings: Findings): string | null {
  if (written === "") return "";
  const [ip = "", zone = ""] = written.replace(/^\[(.*)\]$/, "$1").split("%", 2);
  const parsed = isIp(ip) ? ipaddr.process(ip) : null;
  if (parsed === null) {
    const remedy = "write one of this machine's, or leave the key out for all of them";
    findings.problem(path, `${quote(written)} is not an IP address: ${remedy}`);
    return null;
  }
  const linkLocal = parsed.kind() === "ipv6" && parsed.range() === "linkLocal";
  if (linkLocal && zone === "") {
    const remedy = `write the interface behind it, such as ${ip}%eth0`;
    findings.problem(path, `${quote(written)} is a link-local address, which every interface may have: ${remedy}`);
  } else if (!linkLocal && zone !== "") {
    findings.problem(path, `${quote(written)} is not a link-local address: leave out "%" and what follows it`);
  }
  return zone === "" ? parsed.toString() : `${parsed.toString()}%${zone}`;
}

function checkSocketPath(socket: string, path: Path, findings: Findings): void {
  if (socket.startsWith(pipePrefix)) return;
  if (!isAbsolute(socket) || socket.includes("\0") || socket.endsWith("/")) {
    findings.problem(path, `${quote(socket)} is not an absolute path: write one such as /run/fairlead/http.sock`);
  } else if (Buffer.byteLength(socket) > maxSocketPath) {
    findings.problem(path, `${quote(socket)} is too long for a socket: write a path of at most ${maxSocketPath} bytes`);
  }
}
