import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Linux: the remote ports of all IPv4 connections that a process has accepted on one of its ports. */
export function clientPortsOf(pid: number, listeningPort: number): Set<number> {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`)) ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  const lines = readFileSync(`/proc/${pid}/net/tcp`, "utf8").split("\n").slice(1);
  const ports = lines.flatMap((line) => {
    const [, local = "", remote = "", , , , , , , inode = ""] = line.trim().split(/\s+/);
    return inodes.has(inode) && portIn(local) === listeningPort ? [portIn(remote)] : [];
  });
  return new Set(ports);
}

/** It may have been closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** "0100007F:1F90" */
function portIn(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}
