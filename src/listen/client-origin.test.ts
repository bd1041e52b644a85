import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseIpAddress } from "../util/ip-address.ts";
import { originOf, peerReader } from "./client-origin.ts";

const listener = { tls: null, unix: null };
const peerOf = peerReader(listener);
const origin = originOf(listener, { trusted: ["10.0.0.0/8", "fd00::/8"], standard: false }, []);

describe("where a connection comes from", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["192.0.2.1", "192.0.2.1", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["::ffff:10.1.2.3", "10.1.2.3", true],
    ["fd00::1", "fd00::1", true],
    ["2001:db8::1", "2001:db8::1", false],
    ["fe80::1%br-lan", "fe80::1", false],
    ["fe80::1%eth0.100", "fe80::1", false],
  ];
  for (const [remoteAddress, address, trusted] of cases) {
    it(`${remoteAddress} is ${address}, ${trusted ? "trusted" : "not trusted"}`, () => {
      const rest = { protocol: "http", standard: false, removed: [], certificateLine: "" };
      assert.deepEqual(origin(peerOf({ remoteAddress }) ?? ""), {
        ...rest,
        address,
        ip: parseIpAddress(address),
        trusted,
      });
    });
  }

  it("is nowhere once it was reset", () => assert.equal(peerOf({ remoteAddress: undefined }), null));
});
