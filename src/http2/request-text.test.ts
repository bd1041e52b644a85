import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { http1Text } from "./request-text.ts";

const get = [":method", "GET", ":scheme", "https", ":authority", "a.test", ":path", "/p?q"];
const connect = [
  ":method",
  "CONNECT",
  ":protocol",
  "websocket",
  ":scheme",
  "https",
  ":authority",
  "a.test",
  ":path",
  "/w",
];

function withPseudo(name: string, value: string): string[] {
  const at = get.indexOf(name);
  return at === -1 ? [...get, name, value] : [...get.slice(0, at + 1), value, ...get.slice(at + 2)];
}

function without(name: string): string[] {
  const at = get.indexOf(name);
  return [...get.slice(0, at), ...get.slice(at + 2)];
}

const written: readonly (readonly [string, readonly string[], boolean, string])[] = [
  ["a request", get, false, "GET /p?q HTTP/1.1\r\nhost: a.test\r\n\r\n"],
  [
    "fields in their order, raw bytes kept",
    [...get, "b", "2\xe4", "a", "1", "b", ""],
    false,
    "GET /p?q HTTP/1.1\r\nhost: a.test\r\nb: 2\xe4\r\na: 1\r\nb: \r\n\r\n",
  ],
  [
    "crumbs of a cookie",
    [...get, "cookie", "a=1", "x", "y", "cookie", "b=2"],
    false,
    "GET /p?q HTTP/1.1\r\nhost: a.test\r\nx: y\r\ncookie: a=1; b=2\r\n\r\n",
  ],
  ["a host that agrees", [...get, "host", "A.test"], false, "GET /p?q HTTP/1.1\r\nhost: a.test\r\n\r\n"],
  [
    "a host instead of an authority",
    [...without(":authority"), "host", "b.test"],
    false,
    "GET /p?q HTTP/1.1\r\nhost: b.test\r\n\r\n",
  ],
  [
    "an asterisk",
    [...withPseudo(":method", "OPTIONS").slice(0, -2), ":path", "*"],
    false,
    "OPTIONS * HTTP/1.1\r\nhost: a.test\r\n\r\n",
  ],
  [
    "a body of unknown length",
    [...get, "te", "trailers"],
    true,
    "GET /p?q HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n",
  ],
  [
    "a body of known length",
    [...get, "content-length", "5"],
    true,
    "GET /p?q HTTP/1.1\r\nhost: a.test\r\ncontent-length: 5\r\n\r\n",
  ],
  [
    "a WebSocket, whose own key is not used",
    [...connect, "sec-websocket-version", "13", "sec-websocket-key", "theirs"],
    true,
    "GET /w HTTP/1.1\r\nhost: a.test\r\nsec-websocket-version: 13\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ours\r\n\r\n",
  ],
];

const refused: readonly (readonly [string, readonly string[]])[] = [
  ...[":method", ":scheme", ":path", ":authority"].map((name) => [`no ${name}`, without(name)] as const),
  ...[":method", ":scheme", ":path", ":authority"].map((name) => [`a second ${name}`, [...get, name, "x"]] as const),
  ["a pseudo-field behind a field", [...without(":path"), "a", "b", ":path", "/"]],
  ["an unknown pseudo-field", [":status", "200", ...get]],
  ["a protocol without CONNECT", withPseudo(":protocol", "websocket")],
  ["http over TLS", withPseudo(":scheme", "http")],
  ["a space in the method", withPseudo(":method", "GET /x HTTP/1.1")],
  ["CRLF in the method", withPseudo(":method", "GET\r\n")],
  ["CRLF in the path", withPseudo(":path", "/ HTTP/1.1\r\nx: y")],
  ["a space in the path", withPseudo(":path", "/a b")],
  ["a fragment", withPseudo(":path", "/a#b")],
  ["an absolute path", withPseudo(":path", "https://other.test/")],
  ["an asterisk with GET", withPseudo(":path", "*")],
  ["an empty path", withPseudo(":path", "")],
  ["CRLF in the authority", withPseudo(":authority", "a.test\r\nx: y")],
  ["another host than the authority", [...get, "host", "b.test"]],
  ["a second host", [...get, "host", "a.test", "host", "a.test"]],
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings"].map(
    (name) => [name, [...get, name, "x"]] as const,
  ),
  ["te", [...get, "te", "gzip"]],
  ["upper case", [...get, "Accept", "x"]],
  ["an empty name", [...get, "", "x"]],
  ["a colon in a name", [...get, "a:b", "x"]],
  ["CRLF in a name", [...get, "a\r\nb", "x"]],
  ["a space in a name", [...get, "a b", "x"]],
  ["CR in a value", [...get, "a", "b\rc"]],
  ["LF in a value", [...get, "a", "b\nc"]],
  ["NUL in a value", [...get, "a", "b\0c"]],
  ["a blank before a value", [...get, "a", " b"]],
  ["a blank behind a value", [...get, "a", "b\t"]],
  ["a WebSocket with a length", [...connect, "content-length", "3"]],
];

describe("an HTTP/2 request as HTTP/1.1", () => {
  for (const [name, fields, bodyFollows, expected] of written) {
    it(`is written: ${name}`, () => {
      const read = http1Text(fields, bodyFollows, () => "ours");
      assert.ok(typeof read !== "string", "it was refused");
      assert.equal(read.text, expected);
    });
  }

  for (const [name, fields] of refused) {
    it(`is refused: ${name}`, () =>
      assert.equal(
        http1Text(fields, true, () => "ours"),
        "bad-request",
      ));
  }

  it("is no tunnel", () => {
    for (const fields of [
      [":method", "CONNECT", ":authority", "a.test:22"],
      [...connect.slice(0, 2), ":protocol", "connect-udp", ...connect.slice(4)],
    ]) {
      assert.equal(
        http1Text(fields, true, () => "ours"),
        "connect-not-supported",
      );
    }
  });

  it("tells what authenticates a connection", () => {
    for (const [value, expected] of [
      ["NTLM TlRM", true],
      ["negotiate YII", true],
      ["Kerberos x", true],
      ["Basic bnRsbTpu", false],
      ["Bearer negotiate", false],
    ] as const) {
      const read = http1Text([...get, "authorization", value], false, () => "");
      assert.equal(typeof read !== "string" && read.boundAuth, expected, value);
    }
  });
});
