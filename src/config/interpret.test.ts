import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { certificate, privateKey } from "./certificates.fixture.ts";
import type { Config } from "./config.ts";
import { interpret } from "./interpret.ts";
import type { Interpretation } from "./interpret.ts";
import { problemLine } from "./problem.ts";

const mailPem = { ok: true, bytes: Buffer.from(certificate + privateKey) } as const;

function read(text: string): Interpretation {
  const files = new Map([["mail.pem", mailPem]]);
  return interpret(text, "f.yaml", {}).resolve({ files, env: {}, now: Date.UTC(2030, 0) });
}

function configOf(text: string): Config {
  const result = read(text);
  assert.ok(result.ok, JSON.stringify(result, null, 1));
  return result.config;
}

const base = `listen: [{ port: 80 }]
servers: { a: a.local, b: "http://10.0.0.2:8080" }
farms: { app: { servers: [a, b] } }
routes: [{ farm: app }]
`;

const words: readonly string[] = [
  "listen",
  "servers",
  "farms",
  "routes",
  "exchange",
  "__proto__",
  "constructor",
  ":",
  ": ",
  "- ",
  "\n",
  "\n  ",
  "{",
  "}",
  "[",
  "]",
  "&a",
  "*a",
  "?",
  "!!map ",
  "off",
  "5s",
  "null",
  "~",
  ".inf",
  '"',
  "'",
  "|",
  ">",
  "#",
];
const yamlish = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(" "));

/** Each: what is wrong, the text, and all that is said about it. */
const wrong: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "an empty file",
    "",
    [
      "f.yaml:1:1: the file is empty: write at least listen, servers, farms and routes (examples/ has complete configurations)",
    ],
  ],
  [
    "only comments",
    "# soon\n",
    [
      "f.yaml:1:1: the file is empty: write at least listen, servers, farms and routes (examples/ has complete configurations)",
    ],
  ],
  [
    "a list",
    "- a\n",
    [
      "f.yaml:1:1: a list is not a map: write at least listen, servers, farms and routes (examples/ has complete configurations)",
    ],
  ],
  [
    "nothing published",
    "servers: { a: a.local }\n",
    [
      "f.yaml:1:1: routes: nothing is published: write at least one route, such as - { host: mail.example.com, path: /owa, farm: owa }",
      "f.yaml:1:1: listen: no listener: write at least one, such as - { port: 443, certificates: [mail.pem] }",
    ],
  ],
  [
    "an unknown section",
    `${base}frams: {}\n`,
    [
      'f.yaml:5:1: frams: "frams" is not a key here; did you mean "farms"? allowed here are listen, servers, defaults, farms, routes, rules, outboundRules, preConditions, rewriteMaps, forwarded, acme, limits, admin, metrics, accessLog, log, tracing, events, workers, stop, stateFile',
    ],
  ],
  [
    "a key twice",
    `${base}routes: [{ farm: app }]\n`,
    ['f.yaml:5:1: "routes" stands twice in the same map: keep one of the two'],
  ],
  [
    "a tab",
    "listen:\n\t- port: 80\n",
    ["f.yaml:2:1: not valid YAML: tabs are not allowed as indentation: indent with spaces"],
  ],
  [
    "an alias without anchor",
    base.replace("a.local", "*a"),
    [
      "f.yaml:2:15: *a refers to an anchor that is not set above it: write &a where the value stands, or put a value that begins with * in quotes",
    ],
  ],
  [
    "two documents",
    `${base}---\n${base}`,
    ['f.yaml:5:1: a second document begins here: remove the line "---" and what follows it'],
  ],
  [
    "sections of another kind",
    "listen: 80\nservers: []\nfarms: x\nroutes: {}\n",
    [
      'f.yaml:1:9: listen: 80 is not a list: begin each entry with "- "',
      'f.yaml:2:10: servers: a list is not a map: write one "name: …" for each entry',
      'f.yaml:3:8: farms: "x" is not a map: write one "name: …" for each entry',
      'f.yaml:4:9: routes: a map is not a list: begin each entry with "- "',
    ],
  ],
  [
    "listeners",
    base.replace(
      "listen: [{ port: 80 }]",
      `listen:
  - { port: 70000 }
  - address: 10.0.0.1
  - { port: 443 }
  - { port: 8443, certificates: [] }
  - { port: 8444, certificates: [mail.pem], redirect: https }
  - { port: 8445, minVersion: TLSv1.2 }
  - { port: 8446, address: localhost }
  - { port: 8447, timeouts: { header: 20 }, maxHeader: 16MB }
  - { port: 8444, address: 127.0.0.1 }`,
    ),
    [
      "f.yaml:2:13: listen.0.port: 70000 is not a port: write a number from 0 to 65535",
      "f.yaml:3:5: listen.1.port: missing: write a number from 0 to 65535",
      "f.yaml:4:13: listen.2.port: port 443 is for https: give the listener its certificates, such as certificates: [mail.pem]",
      "f.yaml:5:33: listen.3.certificates: a list is not a list of certificates: write at least one file, such as [mail.pem], or leave the key out for plain HTTP",
      "f.yaml:6:55: listen.4.redirect: a listener with certificates serves https itself: leave out `redirect`, or `certificates`",
      "f.yaml:7:31: listen.5.minVersion: a listener without certificates speaks no TLS: leave `minVersion` out, or give it certificates",
      'f.yaml:8:28: listen.6.address: "localhost" is not an IP address: write one of this machine\'s, or leave the key out for all of them',
      "f.yaml:9:39: listen.7.timeouts.header: 20 is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m, or off",
      'f.yaml:9:56: listen.7.maxHeader: "16MB" is not a size: write a number with its unit (B, KiB or MiB) from 4KiB to 1MiB, such as 64KiB',
      "f.yaml:10:13: listen.8.port: port 8444 is taken by another listener: change the port or the address of one of them",
    ],
  ],
  [
    "TLS of listeners",
    base.replace(
      "listen: [{ port: 80 }]",
      `listen:
  - { port: 81, tls: old, certificates: [mail.pem] }
  - { port: 82, tls: modern, minVersion: TLSv1.2, certificates: [mail.pem] }
  - { port: 83, minVersion: TLSv1.1, certificates: [mail.pem] }
  - { port: 84, tls: legacy, strictSni: true }
  - { port: 85, strictSni: yes, certificates: [mail.pem] }
  - { port: 86, clientCertificate: {}, certificates: [mail.pem] }
  - { port: 87, clientCertificate: { ca: mail.pem, hosts: [a/b], header: "X:Y" }, certificates: [mail.pem] }
  - { port: 88, clientCertificate: { ca: key.pem, header: Host, crl: mail.pem, hosts: ["*"] }, certificates: [mail.pem] }
  - { port: 89, clientCertificate: { ca: mail.pem } }
  - { port: 90, http2: always, certificates: [mail.pem] }
  - { port: 91, http2: on }`,
    ),
    [
      'f.yaml:2:22: listen.0.tls: "old" is not one of modern, intermediate, legacy',
      "f.yaml:3:42: listen.1.minVersion: tls: modern begins with TLSv1.3: leave `minVersion` out, or write tls: intermediate",
      "f.yaml:4:29: listen.2.minVersion: tls: intermediate begins with TLSv1.2: leave `minVersion` out, or write tls: legacy",
      "f.yaml:5:22: listen.3.tls: a listener without certificates speaks no TLS: leave `tls` out, or give it certificates",
      "f.yaml:5:41: listen.3.strictSni: a listener without certificates speaks no TLS: leave `strictSni` out, or give it certificates",
      'f.yaml:6:28: listen.4.strictSni: "yes" is not a switch: write true or false',
      "f.yaml:7:17: listen.5.clientCertificate.ca: missing: write the name of a file, relative to the configuration file",
      'f.yaml:8:60: listen.6.clientCertificate.hosts.0: "a/b" is not a host name: write a name, such as portal.example.com or *.example.com',
      'f.yaml:8:74: listen.6.clientCertificate.header: "X:Y" is not a header field: write a name of letters, digits and hyphens, such as X-ARR-ClientCert',
      'f.yaml:9:42: listen.7.clientCertificate.ca: "key.pem" cannot be read: it was not read; file names are relative to the configuration file',
      'f.yaml:9:59: listen.7.clientCertificate.header: "Host" has a meaning of its own: choose another name, such as X-ARR-ClientCert',
      'f.yaml:9:70: listen.7.clientCertificate.crl: "mail.pem" is no list of revoked certificates: give what the CA publishes as CRL, in PEM or DER',
      'f.yaml:9:88: listen.7.clientCertificate.hosts.0: "*" is not a host name: write a name, such as portal.example.com or *.example.com',
      "f.yaml:10:36: listen.8.clientCertificate: a listener without certificates speaks no TLS: leave `clientCertificate` out, or give it certificates",
      'f.yaml:11:24: listen.9.http2: "always" is not one of auto, on, off',
      "f.yaml:12:24: listen.10.http2: a listener without certificates speaks no TLS: leave `http2` out, or give it certificates",
    ],
  ],
  [
    "places to listen on",
    base.replace(
      "listen: [{ port: 80 }]",
      `listen:
  - { port: 1, address: [10.0.0.1, "::1", "[0::1]"] }
  - { port: 1, address: 0.0.0.0 }
  - { port: 1, address: "::" }
  - { port: 2, address: [0.0.0.0, "::", 10.0.0.1] }
  - { port: 3, address: [fe80::1, "fe80::1%eth0", "fd00::1%eth0", 300.1.1.1] }
  - { port: 4, address: [] }
  - { port: 0, address: ["", 1.1.1.1, 1.1.1.1] }
  - { unix: run/http.sock }
  - { unix: /run/a, port: 5 }
  - { unix: /run/b, address: 10.0.0.1, mode: 0o660 }
  - { unix: /run/c, mode: 0640 }
  - { unix: /run/c, mode: "66" }
  - { unix: /run/${"d".repeat(100)} }
  - { unix: "" }
  - { port: 6, mode: 660 }
  - { port: 7, proxyProtocol: [] }
  - { port: 8, proxyProtocol: [10.0.0.0/33, unix] }
  - { unix: /run/e, proxyProtocol: [unix, 10.0.0.1] }
limits: { connections: 0, connectionsPerClient: many }`,
    ),
    [
      'f.yaml:2:43: listen.0.address.2: "[0::1]" is listened on already by another address of this list: leave one of them out',
      "f.yaml:3:13: listen.1.port: port 1 is taken by another listener: change the port or the address of one of them",
      "f.yaml:4:13: listen.2.port: port 1 is taken by another listener: change the port or the address of one of them",
      'f.yaml:5:41: listen.3.address.2: "10.0.0.1" is listened on already by another address of this list: leave one of them out',
      'f.yaml:6:26: listen.4.address.0: "fe80::1" is a link-local address, which every interface may have: write the interface behind it, such as fe80::1%eth0',
      'f.yaml:6:51: listen.4.address.2: "fd00::1%eth0" is not a link-local address: leave out "%" and what follows it',
      'f.yaml:6:67: listen.4.address.3: "300.1.1.1" is not an IP address: write one of this machine\'s, or leave the key out for all of them',
      "f.yaml:7:25: listen.5.address: a list is not an address: write an IP address of this machine, or leave the key out for all of them",
      'f.yaml:8:26: listen.6.address.0: "" is not an address: write an IP address of this machine, or leave the key out for all of them',
      'f.yaml:9:13: listen.7.unix: "run/http.sock" is not an absolute path: write one such as /run/fairlead/http.sock',
      "f.yaml:10:27: listen.8.port: a listener on a Unix domain socket has no port: leave out `port`, or `unix`",
      "f.yaml:11:46: listen.9.mode: 432 is not a mode: write 0660 for the owner and the group, 0600 or 0666",
      "f.yaml:12:27: listen.10.mode: 640 is not a mode: write 0660 for the owner and the group, 0600 or 0666",
      "f.yaml:13:13: listen.11.unix: this path is taken by another listener: change one of the two",
      'f.yaml:13:27: listen.11.mode: "66" is not a mode: write 0660 for the owner and the group, 0600 or 0666',
      `f.yaml:14:13: listen.12.unix: ${JSON.stringify(`/run/${"d".repeat(95)}…`)} is too long for a socket: write a path of at most 99 bytes`,
      'f.yaml:15:13: listen.13.unix: "" is not a path: write the absolute path of a socket, such as /run/fairlead/http.sock',
      "f.yaml:16:22: listen.14.mode: only a Unix domain socket has a mode: leave it out",
      "f.yaml:17:31: listen.15.proxyProtocol: a list is not a list of networks: write the balancers' networks or addresses, such as [10.0.0.0/8]",
      'f.yaml:18:32: listen.16.proxyProtocol.0: "10.0.0.0/33" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
      'f.yaml:18:45: listen.16.proxyProtocol.1: "unix" does not connect here: only a listener with `unix` has such peers',
      'f.yaml:19:43: listen.17.proxyProtocol.1: "10.0.0.1" does not connect here: on a Unix domain socket write [unix]',
      "f.yaml:20:24: limits.connections: 0 is not allowed here: write a whole number from 1 to 10000000",
      'f.yaml:20:49: limits.connectionsPerClient: "many" is not allowed here: write a whole number from 1 to 10000000',
    ],
  ],
  [
    "servers",
    base.replace(
      /servers: .*/,
      'servers:\n  a: a.local/owa\n  b: [fd00::1]\n  "a b": c.local\n  d: fd00::1\n  e: { uri: e.local }\n  f:',
    ),
    [
      'f.yaml:3:6: servers.a: "a.local/owa" is not the address of a server: leave the path out, requests keep their own',
      'f.yaml:4:6: servers.b: this is a list in YAML: put an IPv6 address with its brackets in quotes, such as "[fd00::1]"',
      'f.yaml:5:3: servers."a b": "a b" is not a name: write letters, digits, ".", "_" and "-" (at most 63, the first a letter or digit)',
      'f.yaml:6:6: servers.d: "fd00::1" is not the address of a server: write IPv6 in brackets and quotes: "[fd00::1]"',
      "f.yaml:7:3: servers.e.url: missing: write a host name, an IP address or a URL, such as cas1.example.local or https://10.0.0.12:443",
      'f.yaml:7:8: servers.e.uri: "uri" is not a key here; did you mean "url"? allowed here are url, state, identity',
      "f.yaml:8:3: servers.f: missing: write a host name, an IP address or a URL, such as cas1.example.local or https://10.0.0.12:443",
    ],
  ],
  [
    "members",
    base.replace("[a, b]", "[a, { server: b, port: 0 }]"),
    ["f.yaml:3:49: farms.app.servers.1.port: 0 is not a port: write a number from 1 to 65535"],
  ],
  [
    "unknown members and members twice",
    base.replace("[a, b]", "[a, aa, a]"),
    [
      'f.yaml:3:30: farms.app.servers.1: "aa" is not a server; did you mean "a"? write the name of one under `servers` (there are a, b)',
      'f.yaml:3:34: farms.app.servers.2: "a" stands twice in this farm: remove one, a server is one member of a farm',
    ],
  ],
  [
    "a farm without servers",
    base.replace("[a, b]", "[]"),
    [
      "f.yaml:3:26: farms.app.servers: a farm needs a member: write the names of one or more servers, such as [cas1, cas2]",
    ],
  ],
  [
    "a farm without the key",
    base.replace("{ servers: [a, b] }", "{ health: off }"),
    ["f.yaml:3:10: farms.app.servers: missing: write the names of one or more servers, such as [cas1, cas2]"],
  ],
  [
    "a farm's keys",
    base.replace(
      "farms: { app: { servers: [a, b] } }",
      `farms:
  app:
    servers: [a, c]
    health: { path: owa, evry: 5s, jitter: 0.2, timeout: 0s, fall: 0, expect: { status: 600, body: 200 } }
    balance: random
    timeouts: { response: never, idel: 5m }
    tls: { serverName: 10.0.0.1, ca: ca.pem, fingerprint: "22:01:18:66:77:9E:FA:79:6C:69:AB:B4:FF:2F:EC:A6:D1:30:03:81", minVersion: SSLv3 }
    connectionAuth: ntlm
    failover: { tries: 0, replay: 1GiB }`,
    ),
    [
      'f.yaml:5:18: farms.app.servers.1: "c" is not a server; did you mean "a"? write the name of one under `servers` (there are a, b)',
      'f.yaml:6:21: farms.app.health.path: "owa" is not a path: it must begin with "/" and have no spaces, no fragment and only ASCII characters',
      'f.yaml:6:26: farms.app.health.evry: "evry" is not a key here; did you mean "every"? allowed here are path, host, method, every, whileFailing, jitter, timeout, fall, rise, expect',
      'f.yaml:6:44: farms.app.health.jitter: 0.2 is not a percentage: write a number from 0 to 90 with "%", such as 20%',
      'f.yaml:6:58: farms.app.health.timeout: "0s" is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m',
      "f.yaml:6:68: farms.app.health.fall: 0 is not allowed here: write a whole number from 1 to 100",
      'f.yaml:6:89: farms.app.health.expect.status: 600 is not a status: write a status such as 200, a range such as "200-399", or a list of both',
      "f.yaml:6:100: farms.app.health.expect.body: 200 is not a text: write the text that a good answer contains, in quotes",
      'f.yaml:7:14: farms.app.balance: "random" is not one of round-robin, least-requests, least-response-time, power-of-two, total-traffic, { hash: … }',
      'f.yaml:8:27: farms.app.timeouts.response: "never" is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m, or off',
      'f.yaml:8:34: farms.app.timeouts.idel: "idel" is not a key here; did you mean "idle"? allowed here are connect, response, idle, keepAlive, memberKeepAlive',
      'f.yaml:9:24: farms.app.tls.serverName: "10.0.0.1" is not a host name: TLS asks for names only, write the name on the members\' certificate',
      'f.yaml:9:38: farms.app.tls.ca: "ca.pem" cannot be read: it was not read; file names are relative to the configuration file',
      'f.yaml:9:59: farms.app.tls.fingerprint: "22:01:18:66:77:9E:FA:79:6C:69:AB:B4:FF:2F:EC:A6:D1:30:03:81" is a SHA-1 thumbprint: write 64 hexadecimal digits, as openssl x509 -noout -fingerprint -sha256 -in FILE prints them',
      'f.yaml:9:134: farms.app.tls.minVersion: "SSLv3" is not one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3',
      'f.yaml:10:21: farms.app.connectionAuth: "ntlm" is not one of pin, auto',
      "f.yaml:11:24: farms.app.failover.tries: 0 is not allowed here: write a whole number from 1 to 10",
      'f.yaml:11:35: farms.app.failover.replay: "1GiB" is not a size: write a number with its unit (B, KiB or MiB) from 0B to 16MiB, such as 64KiB',
    ],
  ],
  [
    "routes",
    base.replace(
      /routes: .*/,
      `routes:
  - { host: "https://x.y/", farm: app }
  - { host: "a.*.y", path: owa, farm: ap }
  - { host: "x.y:443", path: "/a?b", farm: app }
  - { path: /A/, farm: app }
  - { path: /%61, farm: app }
  - { path: /a, exact: true, farm: app }
  - { path: "/a%zz", farm: app }
  - { path: /b }`,
    ),
    [
      'f.yaml:5:13: routes.0.host: "https://x.y/" is not a host name: write the name alone, without https://',
      'f.yaml:6:13: routes.1.host: "a.*.y" is not a host name: a wildcard is only allowed as the whole first part, such as *.example.com, or the whole end, such as mail.*',
      'f.yaml:6:28: routes.1.path: "owa" is not a path: it must begin with "/"',
      'f.yaml:6:39: routes.1.farm: "ap" is not a farm; did you mean "app"? write the name of one under `farms` (there are app)',
      'f.yaml:7:13: routes.2.host: "x.y:443" is not a host name: leave the port out, a route matches all ports',
      'f.yaml:7:30: routes.2.path: "/a?b" is not a path: a route has no query, end it before the ?',
      "f.yaml:9:5: routes.4: */a is published in line 8 already: remove one of the two routes, host and path are the same but for case",
      'f.yaml:11:13: routes.6.path: "/a%zz" is not a path: "%" must be followed by two hexadecimal digits',
      'f.yaml:12:5: routes.7.farm: missing: write letters, digits, ".", "_" and "-" (at most 63, the first a letter or digit)',
    ],
  ],
  [
    "metrics",
    `${base}metrics: { address: eth0, port: 9900, allow: [prometheus] }\n`,
    [
      'f.yaml:5:21: metrics.address: "eth0" is not an IP address: write one of this machine, or leave the key out for all of them',
      'f.yaml:5:47: metrics.allow.0: "prometheus" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
    ],
  ],
  [
    "metrics at the listener's place, for one",
    `${base}metrics: { port: 80, allow: 10.0.0.1 }\nadmin: off\n`,
    [
      "f.yaml:5:18: metrics.port: port 80 is taken by a listener: change the port of one of them",
      'f.yaml:5:29: metrics.allow: "10.0.0.1" is not a list of networks: write networks or addresses, such as [10.0.0.0/8, 192.168.1.4]',
    ],
  ],
  [
    "metrics at the admin API's place",
    `${base}metrics: { port: 9900 }\n`,
    ["f.yaml:5:18: metrics.port: port 9900 is taken by the admin API: change the port of one of them"],
  ],
  [
    "tracing",
    `${base}tracing:
  endpoint: collector:4318
  sample: 200%
  headers: { "a b": x, Authorization: "hunter2\\n" }
  headersEnv: { X-Key: NOT_SET }
`,
    [
      'f.yaml:6:13: tracing.endpoint: "collector:4318" is not a URL with http or https: write where the collector takes traces, such as http://127.0.0.1:4318/v1/traces',
      'f.yaml:7:11: tracing.sample: "200%" is not a percentage: write a number from 0 to 100 with "%", such as 20%',
      'f.yaml:8:14: tracing.headers."a b": "a b" is not a header\'s name: write letters, digits and -, such as Authorization',
      "f.yaml:8:39: tracing.headers.Authorization: this is not a text: write the header's value, of printable ASCII characters",
      'f.yaml:9:24: tracing.headersEnv.X-Key: the environment variable "NOT_SET" is not set: set it where the router is started',
    ],
  ],
  [
    "spans of which members do not hear",
    `${base}tracing: { endpoint: "http://a/v1/traces" }\nforwarded: { traceparent: pass }\n`,
    [
      "f.yaml:6:27: forwarded.traceparent: with `tracing` members are told of this router's span: leave this key out, or `tracing`",
    ],
  ],
  [
    "a password in the collector's URL",
    `${base}tracing: { endpoint: "http://a:hunter2@b/v1/traces" }\n`,
    ["f.yaml:5:22: tracing.endpoint: a URL with a password is not allowed: write it into `headersEnv`"],
  ],
  [
    "a number of workers out of bounds",
    `${base}workers: -1\n`,
    ["f.yaml:5:10: workers: -1 is not a number of workers: write auto (one per core), or 0 (all in one process) to 64"],
  ],
  [
    "metrics for nobody",
    `${base}metrics: { allow: [] }\n`,
    ["f.yaml:5:19: metrics.allow: nobody is allowed: write networks, or leave the key out for this machine alone"],
  ],
  [
    "the rest",
    `${base}forwarded: { trusted: [10.0.0.0/33, fw1] }\nadmin: { address: 0.0.0.0, port: 80 }\nworkers: many\nstop: { grace: 30, upgradeGrace: 600h, drain: 1s }\n`,
    [
      'f.yaml:5:24: forwarded.trusted.0: "10.0.0.0/33" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
      'f.yaml:5:37: forwarded.trusted.1: "fw1" is not a network: write an address with the number of its fixed bits, such as 10.0.0.0/8',
      'f.yaml:6:19: admin.address: "0.0.0.0" is not a loopback address; the admin API has no log-in yet, so it may only listen on this machine: write 127.0.0.1 or ::1',
      "f.yaml:6:34: admin.port: port 80 is taken by a listener: change the port of one of them",
      'f.yaml:7:10: workers: "many" is not a number of workers: write auto (one per core), or 0 (all in one process) to 64',
      "f.yaml:8:16: stop.grace: 30 is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m",
      'f.yaml:8:34: stop.upgradeGrace: "600h" is not a duration: write a number with its unit (ms, s, m or h, at most 576h), such as 5s, 1500ms or 35m',
      'f.yaml:8:40: stop.drain: "drain" is not a key here: allowed are grace, upgradeGrace',
    ],
  ],
];

describe("a wrong configuration", () => {
  for (const [title, text, expected] of wrong) {
    it(`is told with place, value and remedy: ${title}`, () => {
      const result = read(text);
      assert.ok(!result.ok, "it was accepted");
      assert.deepEqual(result.problems.map(problemLine), expected);
    });
  }

  it("is refused where aliases would unfold to gigabytes", () => {
    const bomb = [
      "x0: &x0 [a, a, a, a, a, a, a, a, a]",
      ...Array.from({ length: 8 }, (_, n) => `x${n + 1}: &x${n + 1} [${Array(9).fill(`*x${n}`).join(", ")}]`),
    ];
    const result = read(bomb.join("\n"));
    assert.ok(!result.ok);
    assert.match(result.problems[0]?.message ?? "", /unfold to more than 100 copies: write the values out/);
  });

  it("is refused where it is nested a hundred thousand times", () => {
    const result = read("[".repeat(100_000));
    assert.ok(!result.ok);
  });

  it("never shows a password", () => {
    const result = read(
      base.replace("{ port: 80 }", "{ port: 80, certificates: [{ pfx: a.pfx, password: [hunter2] }] }"),
    );
    assert.ok(!result.ok);
    assert.doesNotMatch(JSON.stringify(result.problems), /hunter2/);
  });
});

describe("a right configuration", () => {
  it("has every default where nothing is said", () => {
    const { farms, listeners, servers, admin, routes, forwarded, workers, stop, file } = configOf(base);
    const usual = { weight: 1, maxRequests: 0, state: "available" };
    assert.equal(file, "f.yaml");
    assert.deepEqual(listeners, [
      {
        entry: 0,
        address: "",
        port: 80,
        unix: null,
        proxyProtocol: null,
        tls: null,
        redirect: null,
        headerTimeoutMs: 20_000,
        maxHeaderBytes: 131_072,
        maxHeaderFields: 200,
        maxUrlBytes: 16_384,
      },
    ]);
    assert.deepEqual(servers, [
      { name: "a", protocol: "https", host: "a.local", port: 443, state: "available" },
      { name: "b", protocol: "http", host: "10.0.0.2", port: 8080, state: "available" },
    ]);
    assert.deepEqual(farms, [
      {
        name: "app",
        members: [
          { ...usual, server: "a", protocol: "https", host: "a.local", port: 443, identity: { own: null, others: [] } },
          {
            ...usual,
            server: "b",
            protocol: "http",
            host: "10.0.0.2",
            port: 8080,
            identity: { own: null, others: ["a.local"] },
          },
        ],
        health: null,
        tls: { verify: true, serverName: null, ca: null, fingerprint: null, minVersion: "TLSv1.2" },
        balance: { name: "least-requests", key: null, bound: 0 },
        affinity: null,
        timeouts: {
          connectMs: 5000,
          responseMs: 60_000,
          idleMs: 300_000,
          keepAliveMs: 120_000,
          memberKeepAliveMs: 55_000,
        },
        connectionAuth: "auto",
        failover: {
          tries: 2,
          replayBytes: 65_536,
          repeat: "idempotent",
          budget: 0.2,
          attemptMs: 0,
          hedgeMs: 0,
          allDown: "refuse",
          retryAfterSeconds: 5,
          sorryPage: null,
        },
        liveTraffic: {
          connect: true,
          timeout: true,
          reset: true,
          statuses: [502, 503, 504],
          fails: 2,
          withinMs: 5000,
          action: "probe-now",
          ejectMs: 30_000,
          maxEjected: 0.5,
        },
        minimumServers: 1,
        slowStartMs: 10_000,
        queue: { length: 100, timeoutMs: 10_000 },
      },
    ]);
    assert.deepEqual(routes, [{ host: null, path: "/", farm: "app" }]);
    assert.deepEqual(
      { admin, forwarded, workers, stop },
      {
        admin: { address: "127.0.0.1", port: 9900 },
        forwarded: { trusted: [], standard: false },
        workers: 0,
        stop: { graceMs: 30_000, upgradeGraceMs: 3_600_000 },
      },
    );
  });

  it("lets a farm go before the defaults, and these before the built-in values", () => {
    const text = base.replace(
      "[a, b] }",
      "[a, b], health: { path: /h, every: 9s, expect: { body: fine } }, timeouts: { idle: off } }",
    );
    const { farms } = configOf(
      `${text}defaults: { health: { every: 7s, rise: 3, expect: { status: [200, "300-302"] } }, timeouts: { idle: 1h, connect: 1500ms } }\n`,
    );
    assert.deepEqual(farms[0]?.health, {
      method: "GET",
      path: "/h",
      host: "",
      everyMs: 9000,
      whileFailingMs: 1000,
      jitter: 0.2,
      timeoutMs: 2000,
      fall: 2,
      rise: 3,
      expect: {
        status: [
          [200, 200],
          [300, 302],
        ],
        body: "fine",
      },
    });
    assert.equal(farms[0]?.timeouts.idleMs, 0);
    assert.equal(farms[0]?.timeouts.connectMs, 1500);
  });

  it("checks a farm under the first name it is published by", () => {
    const text = base
      .replace("[a, b] }", "[a, b], health: { path: /h } }")
      .replace(
        "[{ farm: app }]",
        '[{ host: "*.x.y", farm: app }, { host: MAIL.*, farm: app }, { host: Mail.x.y., path: /A%42/, farm: app }]',
      );
    const { farms, routes } = configOf(text);
    assert.equal(farms[0]?.health?.host, "mail.x.y");
    assert.equal(routes[1]?.host, "mail.*");
    assert.deepEqual(routes[2], { host: "mail.x.y", path: "/ab", farm: "app" });
  });

  it("listens on every address of a list, and on Unix domain sockets", () => {
    const { listeners } = configOf(`listen:
  - { port: 80, address: ["[0:0::1]", 10.0.0.1, "::ffff:10.0.0.2", "fe80::A%br-lan.1"], maxHeader: 4KiB }
  - { port: 81, address: [0.0.0.0, "::"] }
  - { port: 0, address: 10.0.0.1 }
  - { port: 0, address: 10.0.0.1 }
  - { unix: /run/a.sock }
  - { unix: /run/b.sock, mode: 0600 }
  - { unix: '\\\\.\\pipe\\fairlead', mode: "0666" }
${base.replace(/.*/, "")}`);
    assert.deepEqual(
      listeners.map(({ entry, address, port, unix }) => [entry, unix ?? `${address} ${port}`]),
      [
        [0, "::1 80"],
        [0, "10.0.0.1 80"],
        [0, "10.0.0.2 80"],
        [0, "fe80::a%br-lan.1 80"],
        [1, "0.0.0.0 81"],
        [1, ":: 81"],
        [2, "10.0.0.1 0"],
        [3, "10.0.0.1 0"],
        [4, { path: "/run/a.sock", mode: 0o660 }],
        [5, { path: "/run/b.sock", mode: 0o600 }],
        [6, { path: "\\\\.\\pipe\\fairlead", mode: 0o666 }],
      ],
    );
    assert.ok(listeners.slice(0, 4).every(({ maxHeaderBytes }) => maxHeaderBytes === 4096));
  });

  it("knows the balancers before a listener, and limits", () => {
    const { listeners, limits } = configOf(`listen:
  - { port: 80, proxyProtocol: [10.0.0.0/8, 192.168.0.1] }
  - { unix: /run/a.sock, proxyProtocol: [unix] }
limits: { connections: 20000, connectionsPerClient: 100 }
${base.replace(/.*/, "")}`);
    assert.deepEqual(
      listeners.map(({ proxyProtocol }) => proxyProtocol),
      [["10.0.0.0/8", "192.168.0.1/32"], ["unix"]],
    );
    assert.deepEqual(limits, { connections: 20_000, connectionsPerClient: 100, requests: null });
    assert.deepEqual(configOf(base).limits, { connections: null, connectionsPerClient: null, requests: null });
  });

  it("is warned where everybody counts as a balancer", () => {
    const { warnings } = read(base.replace("{ port: 80 }", '{ port: 80, proxyProtocol: [10.0.0.1, "::/0"] }'));
    assert.deepEqual(warnings.map(problemLine), [
      "f.yaml:1:48: listen.0.proxyProtocol.1: everybody who can connect may claim any address",
    ]);
  });

  it("redirects to the port that has certificates", () => {
    const { listeners } = configOf(
      base.replace("{ port: 80 }", "{ port: 80, redirect: https }, { port: 8443, certificates: [mail.pem] }"),
    );
    assert.deepEqual(listeners[0]?.redirect, { port: 8443 });
    assert.deepEqual(listeners[1]?.tls?.certificates[0].names, ["mail.example.com", "*.example.com"]);
  });

  it("is frozen all the way down", () => {
    const config = configOf(base);
    assert.ok(
      Object.isFrozen(config) &&
        Object.isFrozen(config.farms[0]?.members[0]) &&
        Object.isFrozen(config.farms[0]?.timeouts),
    );
  });

  it("may turn the admin API off, and write one address as a network", () => {
    const { admin, forwarded } = configOf(
      `${base}admin: off\nforwarded: { trusted: [10.0.0.1, "::1", 10.0.0.0/8, unix] }\n`,
    );
    assert.equal(admin, null);
    assert.deepEqual(forwarded.trusted, ["10.0.0.1/32", "::1/128", "10.0.0.0/8", "unix"]);
  });

  it("is warned about what is allowed but hardly meant", () => {
    const text = base
      .replace("{ port: 80 }", "{ port: 80, redirect: https }")
      .replace("[a, b] }", "[a, b], health: { every: 5s }, tls: { verify: false } }, spare: { servers: [a] }");
    const result = read(text);
    assert.deepEqual(result.warnings.map(problemLine), [
      "f.yaml:1:32: listen.0.redirect: no listener has certificates, so the redirect leads to port 443 of something else",
      "f.yaml:3:42: farms.app.health: nothing is checked without a path: write path: /…, or off",
      "f.yaml:3:72: farms.app.tls.verify: the members' certificates are not checked: give `ca` or `fingerprint` instead of verify: false",
      "f.yaml:3:90: farms.spare: no route and no rule leads to this farm: write one, or remove the farm",
    ]);
  });

  it("offers HTTP/2 to names whose farms pin no connections", () => {
    assert.deepEqual(http2Of(""), { http2: { http1Hosts: ["mail.example.com"] }, warnings: [] });
    assert.deepEqual(http2Of(", http2: off"), { http2: null, warnings: [] });
    assert.deepEqual(http2Of(", http2: on"), {
      http2: { http1Hosts: [] },
      warnings: [
        "f.yaml:1:56: listen.0.http2: mail.example.com leads to farms with connectionAuth: pin, which need HTTP/1.1: clients of theirs are sent back to it, which costs each new connection a round trip, and old ones fail; write auto to offer HTTP/2 elsewhere only",
      ],
    });
  });

  it("is warned about names that no certificate covers", () => {
    const text = base
      .replace("{ port: 80 }", "{ port: 443, certificates: [mail.pem] }")
      .replace("{ farm: app }", "{ host: mail.example.com, farm: app }, { host: a.b.example.com, farm: app }");
    assert.deepEqual(read(text).warnings.map(problemLine), [
      "f.yaml:1:9: listen: no certificate is valid for a.b.example.com: clients that use https will be warned or refuse",
    ]);
  });
});

/** What the key `http2` comes to, in a document with a farm that pins connections; "" = left out. */
function http2Of(http2: string) {
  const text = base
    .replace("{ port: 80 }", `{ port: 443, certificates: [mail.pem]${http2} }`)
    .replace("[a, b] }", "[a, b] }, ews: { servers: [a], connectionAuth: pin }")
    .replace("{ farm: app }", "{ farm: app }, { host: mail.example.com, path: /ews, farm: ews }");
  const result = read(text);
  assert.ok(result.ok);
  return { http2: result.config.listeners[0]?.tls?.http2, warnings: result.warnings.map(problemLine) };
}

describe("any text at all", () => {
  const complete = `${base}defaults: { health: { every: 5s }, timeouts: { idle: off } }\nadmin: { port: 9900 }\n`;

  it("gives a result", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), yamlish), (text) => "ok" in read(text)),
      { numRuns: 500 },
    );
  });

  it("gives a result where a right one was damaged", () => {
    const damage = fc.tuple(fc.nat(complete.length), fc.nat(10), fc.oneof(yamlish, fc.string()));
    fc.assert(
      fc.property(damage, ([at, length, put]) => {
        const result = read(complete.slice(0, at) + put + complete.slice(at + length));
        return (
          result.ok ||
          result.problems.every(({ line, column, message }) => line > 0 && column > 0 && message.length > 0)
        );
      }),
      { numRuns: 500 },
    );
  });
});
