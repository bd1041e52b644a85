import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseIpAddress, parseIpNetwork, parsePeerAddress, unixAddress } from "./ip-address.ts";
import { withinNetworks } from "./ip-ranges.ts";

const valueOf = (text: string): bigint => parseIpAddress(text)?.value ?? assert.fail(`${text} is no address`);

describe("an address", () => {
  const networks: readonly (readonly [string, string])[] = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["2001:db8:1:2:3::4", "20010db800010002::/64"],
    ["2001:DB8:1:2::", "20010db800010002::/64"],
    ["::1", "0::/64"],
  ];
  for (const [text, network] of networks) {
    it(`${text} is one party with ${network}`, () =>
      assert.equal(parseIpAddress(text)?.network, network.replace(/^0+(?=\w)/, "")));
  }

  const none = [
    "",
    "unknown",
    "_hidden",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "010.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    " 1.2.3.4",
    "1.2.3.4:80",
    "[::1]",
    "fe80::1%eth0",
    "1::2::3",
    "::ffff:1.2.3.300",
    "12345::",
  ];
  for (const text of none) it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseIpAddress(text), null));

  it("of a peer may have its interface behind it", () => {
    assert.equal(parsePeerAddress("fe80::1%eth0.100")?.text, "fe80::1");
    assert.equal(parsePeerAddress("::ffff:10.1.2.3")?.text, "10.1.2.3");
    assert.equal(parsePeerAddress(undefined), null);
  });
});

describe("networks", () => {
  const cases: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
    [["10.0.0.0/8"], ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], ["9.255.255.255", "11.0.0.0", "::a01:203"]],
    [["10.1.2.3/8"], ["10.0.0.1"], ["11.0.0.0"]],
    [["10.0.0.1"], ["10.0.0.1"], ["10.0.0.2", "10.0.0.0"]],
    [["0.0.0.0/0"], ["0.0.0.0", "255.255.255.255"], ["::", "ffff::", "::1"]],
    [["::/0"], ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], ["1.2.3.4", "::ffff:1.2.3.4"]],
    [["::ffff:10.0.0.0/104"], ["10.200.1.1"], ["11.0.0.0", "::1"]],
    [["fd00::/8", "10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/16"], ["fd12::1", "10.127.0.1", "10.255.0.1"], ["fc00::1"]],
    [[], [], ["10.0.0.1", "::1"]],
  ];
  for (const [networks, within, without] of cases) {
    it(networks.join(", ") || "none", () => {
      const isWithin = withinNetworks(networks);
      for (const address of within) assert.ok(isWithin(valueOf(address)), address);
      for (const address of without) assert.ok(!isWithin(valueOf(address)), address);
      assert.ok(!isWithin(unixAddress.value));
    });
  }

  it('"unix" is what came by a Unix domain socket', () => {
    const isWithin = withinNetworks(["unix", "::/128"]);
    assert.ok(isWithin(unixAddress.value));
    assert.ok(!isWithin(valueOf("::1")));
  });

  for (const text of [
    "10/8",
    "10.0/8",
    "10.0.0.0/33",
    "::/129",
    "::ffff:10.0.0.0/95",
    "10.0.0.0/",
    "/8",
    "10.0.0.0/8 ",
    "10.0.0.0/-1",
    "fw1",
  ]) {
    it(`is not ${text}`, () => assert.equal(parseIpNetwork(text), null));
  }

  it("however many there are, tell the same as one by one", () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
    const network = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([first, bits]) => `${first}/${bits}`);
    fc.assert(
      fc.property(fc.array(network, { maxLength: 20 }), address, (networks, one) => {
        const value = valueOf(one);
        const expected = networks.some((text) => {
          const range = parseIpNetwork(text);
          return range !== null && value >= range.first && value <= range.last;
        });
        assert.equal(withinNetworks(networks)(value), expected);
      }),
    );
  });
});
