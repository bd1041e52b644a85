import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { challengeMessage, ntlmMessageType, readAuthenticateMessage } from "./ntlm-messages.ts";

const target = { domain: "TAILSPINTOYS", computer: "CAS1", fqdn: "cas1.tailspintoys.local" };

describe("NTLM messages", () => {
  it("puts challenge, domain and server into the second message", () => {
    const message = challengeMessage(target, Buffer.from("0123456789abcdef", "hex"), 0);
    assert.equal(ntlmMessageType(message), 2);
    assert.equal(message.subarray(24, 32).toString("hex"), "0123456789abcdef");
    assert.ok(message.includes(Buffer.from("cas1.tailspintoys.local", "utf16le")));
    // 1970 in units of 100 ns since 1601, as MsvAvTimestamp.
    assert.ok(message.includes(Buffer.from("0700080000803ed5deb19d01", "hex")));
  });

  it("refuses a third message whose fields point behind its end", () => {
    const message = Buffer.alloc(64);
    message.write("NTLMSSP\0", "latin1");
    message.writeUInt32LE(3, 8);
    assert.notEqual(readAuthenticateMessage(message), null);
    message.writeUInt16LE(100, 20);
    assert.equal(readAuthenticateMessage(message), null);
    assert.equal(readAuthenticateMessage(message.subarray(0, 40)), null);
  });

  it("does not take other bytes for NTLM", () => {
    assert.equal(ntlmMessageType(Buffer.from("6082012a0606", "hex")), 0);
  });
});
