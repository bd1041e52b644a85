import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { portOf } from "../support/port-of.ts";
import { fairlead, type Program } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const timeout = 60_000;

interface Mistake {
  readonly name: string;
  readonly text: string;
  /** line:column of the mistake. */
  readonly place: string;
  /** What was read, and what to do about it. */
  readonly says: readonly (string | RegExp)[];
}

const mistakes: readonly Mistake[] = [
  {
    name: "an unknown key",
    text: `listen:
  - { port: 0, address: 127.0.0.1 }
servers: { cas1: http://127.0.0.1:1 }
farms:
  owa:
    servers: [cas1]
    helth: { path: /owa/healthcheck.htm }
routes:
  - { path: /owa, farm: owa }
`,
    place: "7:5",
    says: ["farms.owa.helth", '"helth"', 'did you mean "health"?'],
  },
  {
    name: "a wrong type",
    text: `listen:
  - { port: 0, address: 127.0.0.1 }
servers: { cas1: http://127.0.0.1:1 }
farms:
  owa:
    servers: [cas1]
    health: { path: /owa/healthcheck.htm, every: 5 }
routes:
  - { path: /owa, farm: owa }
`,
    place: "7:50",
    says: ["farms.owa.health.every", "5 is not a duration", "such as 5s"],
  },
  {
    name: "a farm without servers",
    text: `listen:
  - { port: 0, address: 127.0.0.1 }
farms:
  owa:
    servers: []
routes:
  - { path: /owa, farm: owa }
`,
    place: "5:14",
    says: ["farms.owa.servers", "a farm needs a member", "write the names of one or more servers"],
  },
  {
    name: "a certificate that is not there",
    text: `listen:
  - { port: 0, address: 127.0.0.1, certificates: [mail.pem] }
servers: { cas1: http://127.0.0.1:1 }
farms: { owa: { servers: [cas1] } }
routes:
  - { path: /owa, farm: owa }
`,
    place: "2:51",
    says: ['"mail.pem" cannot be read', "it does not exist", "relative to the configuration file"],
  },
  {
    name: "two routes alike",
    text: `listen:
  - { port: 0, address: 127.0.0.1 }
servers: { cas1: http://127.0.0.1:1 }
farms: { owa: { servers: [cas1] }, ews: { servers: [cas1] } }
routes:
  - { host: mail.example.com, path: /owa, farm: owa }
  - { host: Mail.example.com, path: /OWA/, farm: ews }
`,
    place: "7:5",
    says: ["routes", "mail.example.com/owa is published in line 6 already", "remove one of the two"],
  },
  {
    name: "a protocol that the version does not have",
    text: `listen:
  - { port: 0, address: 127.0.0.1 }
servers: { cas1: http://127.0.0.1:1 }
exchange:
  version: 2010
  layout: single-namespace
  domain: example.com
  servers: [cas1]
  publish: [owa, mapi]
`,
    place: "9:18",
    says: ["exchange.publish", "Exchange 2010 has no MAPI", 'leave "mapi" out'],
  },
];

function assertRefused(program: Program, file: string, { place, says }: Omit<Mistake, "name" | "text">): void {
  assert.equal(program.code, 1, program.output + program.errors);
  const line = program.errors.split("\n").find((one) => one.includes(`${file}:${place}: `));
  assert.ok(line !== undefined, program.errors);
  for (const part of says) assert.ok(typeof part === "string" ? line.includes(part) : part.test(line), line);
  // An explanation, not an accident.
  assert.doesNotMatch(program.errors, /\n\s+at /);
}

for (const mistake of mistakes) {
  test(`${mistake.name}: place, value and remedy, exit code 1`, { timeout }, async (t) => {
    const { path: folder, remove } = await temporaryFolder();
    t.after(remove);
    await writeFile(join(folder, "fairlead.yaml"), mistake.text);
    const [check, run] = await Promise.all([fairlead(["check"], { folder }), fairlead(["run"], { folder })]);
    assertRefused(check, "fairlead.yaml", mistake);
    assertRefused(run, "fairlead.yaml", mistake);
    assert.match(run.errors, /nothing was started/);
    assert.equal(check.output, "");
  });
}

test("all mistakes are told at once, for programs too", { timeout }, async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const text = `listen:
  - { port: 70000 }
servers: { cas1: http://127.0.0.1:1 }
farms:
  owa: { servers: [cas2], balance: random }
routes:
  - { path: owa, farm: ows }
`;
  await writeFile(join(folder, "wrong.yaml"), text);
  const { code, output } = await fairlead(["check", "-c", "wrong.yaml", "--json"], { folder });
  assert.equal(code, 1);
  const result: { ok: boolean; problems: { line: number; path: string; message: string }[] } = JSON.parse(output);
  assert.equal(result.ok, false);
  assert.deepEqual(
    result.problems.map(({ line, path }) => `${line} ${path}`),
    ["2 listen.0.port", "5 farms.owa.servers.0", "5 farms.owa.balance", "7 routes.0.path", "7 routes.0.farm"],
  );
});

test("a file that is not there, or no YAML", { timeout }, async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  await writeFile(join(folder, "broken.yaml"), "listen:\n  - { port: 443\nfarms: {}\n");
  const [missing, broken] = await Promise.all([
    fairlead(["check"], { folder }),
    fairlead(["check", "-c", "broken.yaml"], { folder }),
  ]);
  assertRefused(missing, "fairlead.yaml", { place: "1:1", says: ["cannot be read: it does not exist"] });
  assert.equal(broken.code, 1);
  assert.match(broken.errors, /broken\.yaml:\d+:\d+: /);
});

function withPorts(listener: number, admin: number): string {
  return `listen:
  - { port: ${listener}, address: 127.0.0.1 }
servers: { cas1: http://127.0.0.1:1 }
farms: { owa: { servers: [cas1] } }
routes: [{ farm: owa }]
admin: { port: ${admin} }
`;
}

test("a port that another program has: `run` says which, where it stands and what to do", { timeout }, async (t) => {
  const { path: folder, remove } = await temporaryFolder();
  t.after(remove);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const port = portOf(other);
  await writeFile(join(folder, "listener.yaml"), withPorts(port, 0));
  await writeFile(join(folder, "admin.yaml"), withPorts(0, port));
  const [check, listener, admin] = await Promise.all([
    fairlead(["check", "-c", "listener.yaml"], { folder }),
    fairlead(["run", "-c", "listener.yaml"], { folder }),
    fairlead(["run", "-c", "admin.yaml"], { folder }),
  ]);
  // The file itself is right.
  assert.equal(check.code, 0, check.errors);
  const says = [String(port), "another program has the port", "choose another port"];
  assertRefused(listener, "listener.yaml", { place: "2:13", says });
  assertRefused(admin, "admin.yaml", { place: "6:16", says });
});
