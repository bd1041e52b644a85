import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeRts, rtsFlag } from "../../src/lab/rpc/rts-pdu.ts";
import { impacketConnect } from "../../src/lab/testing/impacket.ts";
import { runProgram } from "../../src/lab/testing/run-program.ts";
import { startSite } from "../support/lab-site.ts";

const timeout = 60_000;

/** impacket resolves no name of ours, so the farm is also published under the router's address. */
const alsoByAddress = ({ routes }: { routes: Record<string, unknown>[] }): void =>
  void routes.push({ path: "/rpc", farm: "oa" });

for (const scheme of ["http", "https"] as const) {
  test(`impacket's RPC over HTTP client connects, binds and calls, ${scheme}`, { timeout }, async (t) => {
    const site = await startSite(t, { change: alsoByAddress });
    const port = scheme === "http" ? site.httpPort : site.httpsPort;
    const url = `${scheme}://127.0.0.1:${port}/rpc/rpcproxy.dll`;
    const result = await impacketConnect(url, "bob", "password2");
    if (result === null) {
      t.skip("python3-impacket is not installed (apt-get install python3-impacket)");
      return;
    }
    assert.equal(result.output, "connected\nbound\nhello channel\n", result.errors);
    const wrong = await impacketConnect(url, "bob", "wrong");
    assert.match(wrong?.errors ?? "", /NTLM authentication failed in RPC_IN_DATA channel/);
    // A channel ends by being cut off: no server is to blame for it.
    site.router.report();
    for (const server of ["cas1", "cas2"]) assert.equal((await site.member("oa", server)).failed, 0);
  });
}

test("curl -X RPC_IN_DATA and RPC_OUT_DATA get the echo, signed in by NTLM", { timeout }, async (t) => {
  const site = await startSite(t);
  const host = `oa.exchange.localhost:${site.httpsPort}`;
  for (const method of ["RPC_IN_DATA", "RPC_OUT_DATA"]) {
    const trust = ["--cacert", `${site.folder}/ca.pem`, "--resolve", `${host}:127.0.0.1`];
    const url = `https://${host}/rpc/rpcproxy.dll?cas1:6001`;
    const asked = ["-si", ...trust, "--ntlm", "-u", "alice:password", "-X", method, "-d", "", url];
    const result = await runProgram("curl", asked);
    if (result === null) {
      t.skip("curl is not installed");
      return;
    }
    assert.match(result.output, /HTTP\/1\.1 200 Success\r\n/, result.errors);
    assert.ok(result.output.endsWith(encodeRts(rtsFlag.echo).toString("latin1")));
  }
});
