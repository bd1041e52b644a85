import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KeyConfig } from "../config/farm-config.ts";
import type { ClientOrigin, ClientSide } from "../forward/client-side.ts";
import { parseRequestHead, RequestHead } from "../http/request-head.ts";
import { type IpAddress, parseIpAddress, unixAddress } from "../util/ip-address.ts";
import { createRequestKey } from "./request-key.ts";
import { Senders } from "./senders.ts";

const senders = new Senders(["10.0.0.0/8"]);

function clientOf(target: string, fields: readonly string[], ip: IpAddress | null, trusted: boolean): ClientSide {
  const head = new RequestHead();
  const host = fields.some((field) => /^host:/i.test(field)) ? [] : ["Host: Shop.Example.com:8080"];
  const text = [`GET ${target} HTTP/1.1`, ...host, ...fields, "", ""].join("\r\n");
  assert.equal(parseRequestHead(text, head), null);
  assert.ok(ip);
  const origin: ClientOrigin = {
    address: ip.text,
    ip,
    protocol: "https",
    trusted,
    standard: false,
    removed: [],
    certificateLine: "",
  };
  const client: object = { head, origin };
  assert.ok(hasParts(client));
  return client;
}

/** Of the client's half nothing else is needed here. */
function hasParts(client: object): client is ClientSide {
  return "head" in client && "origin" in client;
}

type Source = KeyConfig | { readonly source: "host" };

/** Each: what the key is made of, target, field lines, the key. */
const requests: readonly (readonly [Source, string, readonly string[], string])[] = [
  [{ source: "url" }, "/A?b=%41", [], "/A?b=%41"],
  [{ source: "url" }, "http://other.example.com/a?b", [], "/a?b"],
  [{ source: "host" }, "/", [], "shop.example.com"],
  [{ source: "host" }, "/", ["Host: [FD00::1]:80"], "[fd00::1]"],
  [{ source: "host" }, "http://Other.Example.com./", [], "other.example.com"],
  [{ source: "host" }, "/", ["Host: a:b:c"], ""],
  [{ source: "header", name: "X-User" }, "/", ["x-user: ann", "X-User: bob"], "ann"],
  [{ source: "header", name: "X-User" }, "/", ["X-Users: ann"], ""],
  [{ source: "cookie", name: "sid" }, "/", ["Cookie: a=b; sid=1"], "1"],
  [{ source: "cookie", name: "sid" }, "/", ["Cookie: SID=1"], ""],
  [{ source: "query", names: ["b", "a"] }, "/?a=1&b=2&c=3", [], "21"],
  [{ source: "query", names: ["a", "b"] }, "/?B=2&A=1&a=3", [], "12"],
  [{ source: "query", names: ["A"] }, "/?aa=1&=2&&a", [], ""],
  [{ source: "query", names: ["a"] }, "/a=1", [], ""],
  [{ source: "query", names: ["a"] }, "/?x?a=1&a=x+y%20%2b%zz%4", [], "x y +%zz%4"],
  [{ source: "query", names: ["größe"] }, "/?gr%C3%B6%c3%9fe=1", [], "1"],
  [{ source: "query", names: ["a b"] }, "/?a+b=1=2", [], "1=2"],
  [{ source: "query", names: ["z"] }, `/?${"a=b&".repeat(255)}z=1`, [], "1"],
  [{ source: "query", names: ["z"] }, `/?${"a=b&".repeat(256)}z=1`, [], ""],
];

describe("the key of a request", () => {
  const address = parseIpAddress("192.0.2.1");
  for (const [source, target, fields, key] of requests) {
    it(`${JSON.stringify(source)} of ${target.slice(0, 40)} ${fields.join(", ")}`, () => {
      const keyOf = createRequestKey(source, senders);
      assert.equal(keyOf(clientOf(target, fields, address, false)), key);
      // Nothing of one request is left for the next one.
      assert.equal(
        keyOf(clientOf("/", ["Host: x"], address, false)),
        { url: "/", host: "x" }[source.source as string] ?? "",
      );
    });
  }

  const clients: readonly (readonly [string, IpAddress | null, readonly string[], boolean, string])[] = [
    ["the peer's address", address, [], false, "192.0.2.1"],
    ["of IPv6 its network", parseIpAddress("fd00::1:2:3:4"), [], false, "fd00000000000000::/64"],
    ["nobody else's word", address, ["X-Forwarded-For: 198.51.100.7"], false, "192.0.2.1"],
    ["whom a trusted proxy names", parseIpAddress("10.0.0.1"), ["X-Forwarded-For: 198.51.100.7"], true, "198.51.100.7"],
    ["nothing where that is no address", parseIpAddress("10.0.0.1"), ["X-Forwarded-For: unknown"], true, ""],
    ["nothing for a Unix domain socket", unixAddress, [], false, ""],
    ["whom a proxy on such a socket names", unixAddress, ["X-Forwarded-For: 198.51.100.7"], true, "198.51.100.7"],
  ];
  for (const [title, ip, fields, trusted, key] of clients) {
    it(`client-address: ${title}`, () => {
      const keyOf = createRequestKey({ source: "client-address" }, senders);
      assert.equal(keyOf(clientOf("/", fields, ip, trusted)), key);
    });
  }
});
