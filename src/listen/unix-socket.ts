import { once } from "node:events";
import { chmodSync, lstatSync, renameSync, rmSync } from "node:fs";
import { lstat, rm } from "node:fs/promises";
import { connect } from "node:net";
import { getSystemErrorName } from "node:util";
import type { UnixSocketConfig } from "../config/config.ts";
import { bindHandle, type SocketHandle } from "./bind-handle.ts";

interface BoundUnixSocket {
  readonly handle: SocketHandle;
  /** Removes its file, unless another process has put its own in its place. */
  readonly remove: () => void;
}

/** Has no file, and goes away by itself. */
const isWindowsPipe = (path: string): boolean => path.startsWith("\\\\.\\pipe\\");

/**
 * Removes what a process left behind that ended without closing. Throws where somebody still listens (EADDRINUSE), and
 * where something else than a socket is at the path (ENOTSOCK).
 */
export async function freeUnixSocket(path: string): Promise<void> {
  if (isWindowsPipe(path)) return;
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return;
  if (!stats.isSocket()) throw coded("ENOTSOCK");
  if (await isDead(path)) await rm(path, { force: true });
  else throw coded("EADDRINUSE");
}

/** Nobody can connect before the permissions are set. Throws an error with the system's code. */
export function bindUnixSocket({ path, mode }: UnixSocketConfig): BoundUnixSocket {
  if (isWindowsPipe(path)) return { handle: bound(path), remove: () => undefined };
  // libuv removes the name that it has bound when the handle is closed: after the renaming it never touches the file.
  const first = `${path}.new`;
  rmSync(first, { force: true });
  const handle = bound(first);
  try {
    chmodSync(first, mode);
    renameSync(first, path);
  } catch (error) {
    handle.close();
    throw error;
  }
  return { handle, remove: unixSocketRemoval(path) };
}

/** Where somebody removed the file, nobody can connect anyway. */
export function setSocketMode({ path, mode }: UnixSocketConfig): void {
  if (!isWindowsPipe(path) && lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) chmodSync(path, mode);
}

/** For the file that is there now. */
export function unixSocketRemoval(path: string): () => void {
  const inode = inodeOf(path);
  return () => {
    if (inode !== null && inodeOf(path) === inode) rmSync(path, { force: true });
  };
}

function bound(path: string): SocketHandle {
  const handle = bindHandle(path, -1, -1);
  if (typeof handle === "number") throw coded(getSystemErrorName(handle));
  return handle;
}

async function isDead(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
}

function inodeOf(path: string): number | null {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}
