import { encodeRts, readRts, rtsCommand, rtsFlag, uint32 } from "./rts-pdu.ts";

const connectionTimeoutMs = 120_000;
const receiveWindowBytes = 65_536;
const timeout = { type: rtsCommand.connectionTimeout, value: uint32(connectionTimeoutMs) };

/** CONN/A3 ([MS-RPCH] 2.2.4.4): the OUT half is accepted. */
export const outAccepted = encodeRts(rtsFlag.none, [timeout]);

/** CONN/C2 ([MS-RPCH] 2.2.4.9): both halves are there. */
export const connectionEstablished = encodeRts(rtsFlag.none, [
  { type: rtsCommand.version, value: uint32(1) },
  { type: rtsCommand.receiveWindowSize, value: uint32(receiveWindowBytes) },
  timeout,
]);

/** What CONN/A1 or CONN/B1 calls the virtual connection: the first of their cookies. null = another packet. */
export function virtualConnectionCookie(packet: Buffer): string | null {
  const cookie = readRts(packet)?.commands.find(({ type }) => type === rtsCommand.cookie);
  return cookie?.value.toString("hex") ?? null;
}
