import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { RawResponse } from "../../src/lab/testing/raw-client.ts";
import { cookiesOf } from "../support/affinity.ts";
import { startSite, type Site } from "../support/lab-site.ts";
import { serverOf } from "../support/server-of.ts";

const timeout = 60_000;
const host = "mail.exchange.localhost";

/** So many that it is out of the question that chance leads all to one server. */
const users = Array.from({ length: 16 }, (_, index) => ({ name: `user${index}`, password: "password" }));

/** Two servers that do not know each other's sessions, behind one name. */
async function start2010(t: TestContext): Promise<Site> {
  const servers = ["cas1", "cas2"].map((name) => ({ name, personality: "2010" as const }));
  return startSite(t, {
    version: 2010,
    layout: "single-namespace",
    lab: { servers, users },
    change: (document) => Object.assign(document, { forwarded: { trusted: ["127.0.0.1"] } }),
  });
}

interface Asked {
  readonly method?: string;
  readonly fields?: string;
  readonly body?: string;
}

/** One request on a connection of its own. */
async function ask(site: Site, path: string, { method = "GET", fields = "", body }: Asked = {}): Promise<RawResponse> {
  const client = await site.openTls(host);
  const length = body === undefined ? "" : `Content-Length: ${body.length}\r\n`;
  const answer = await client.request(
    `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}${length}\r\n${body ?? ""}`,
  );
  client.close();
  return answer;
}

class Browser {
  readonly #site: Site;
  readonly #user: string;
  readonly #jar = new Map<string, string>();

  constructor(site: Site, user: string) {
    this.#site = site;
    this.#user = user;
  }

  /** Cookies that are set on the way to the browser. */
  get cookies(): string {
    return [...this.#jar.keys()].join();
  }

  async get(path: string): Promise<RawResponse> {
    return this.#ask(path);
  }

  async signIn(): Promise<RawResponse> {
    const body = `destination=https%3A%2F%2F${host}%2Fowa%2F&username=${this.#user}&password=password`;
    const answer = await this.#ask("/owa/auth.owa", { method: "POST", body });
    assert.equal(answer.status, 302);
    assert.match(this.cookies, /cadata/, this.cookies);
    return answer;
  }

  async #ask(path: string, asked: Asked = {}): Promise<RawResponse> {
    const pairs = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const fields = pairs === "" ? "" : `Cookie: ${pairs}\r\n`;
    const answer = await ask(this.#site, path, { ...asked, fields });
    for (const cookie of cookiesOf(answer)) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#jar.set(name, value);
    }
    return answer;
  }
}

test(
  "Exchange 2010: a session of OWA stays on its server, and its options pages in ECP too",
  { timeout },
  async (t) => {
    const site = await start2010(t);
    const servers = new Map<Browser, string>();
    for (const { name } of users.slice(0, 6)) {
      const browser = new Browser(site, name);
      await browser.get("/owa/auth/logon.aspx");
      servers.set(browser, serverOf((await browser.signIn()).head));
    }
    assert.equal(new Set(servers.values()).size, 2);
    for (let round = 0; round < 5; round++) {
      for (const [browser, server] of servers) {
        for (const path of ["/owa/", "/ecp/", "/owa/?ae=Folder"]) {
          const answer = await browser.get(path);
          assert.deepEqual([answer.status, serverOf(answer.head), cookiesOf(answer)], [200, server, []], path);
        }
      }
    }
    site.lab.stop("cas1", "owa");
    await site.untilHealthy("owa", "cas1", false);
    for (const browser of servers.keys()) {
      const first = await browser.get("/owa/");
      const moved = servers.get(browser) === "CAS1";
      // The other server does not know the session: its user signs in once more.
      assert.deepEqual([first.status, serverOf(first.head)], [moved ? 302 : 200, "CAS2"]);
      if (moved) await browser.signIn();
      for (const path of ["/owa/", "/ecp/"]) {
        const answer = await browser.get(path);
        assert.deepEqual([answer.status, serverOf(answer.head)], [200, "CAS2"], path);
      }
    }
  },
);

test("Exchange 2010: both channels of an Outlook Anywhere client lead to one server", { timeout }, async (t) => {
  const site = await start2010(t);
  const basic = `Authorization: Basic ${Buffer.from("user1:password").toString("base64")}\r\n`;
  const channels = async (client: number): Promise<string[]> => {
    const servers: string[] = [];
    for (const method of ["RPC_IN_DATA", "RPC_OUT_DATA", "RPC_IN_DATA"]) {
      const fields = `${basic}X-Forwarded-For: 192.0.2.${client}\r\n`;
      const answer = await ask(site, "/rpc/rpcproxy.dll?cas1:6001", { method, fields, body: "" });
      assert.equal(answer.status, 200, answer.head);
      servers.push(serverOf(answer.head));
    }
    return servers;
  };
  const before = new Map<number, string>();
  for (let client = 1; client <= 16; client++) {
    const [server = "", ...others] = await channels(client);
    assert.deepEqual(others, [server, server]);
    before.set(client, server);
  }
  assert.deepEqual(new Set(before.values()), new Set(["CAS1", "CAS2"]));
  site.lab.stop("cas2", "rpc");
  await site.untilHealthy("oa", "cas2", false);
  for (const client of before.keys()) assert.deepEqual(await channels(client), ["CAS1", "CAS1", "CAS1"]);
  site.lab.start("cas2", "rpc");
  await site.untilHealthy("oa", "cas2");
  // Who was moved stays.
  for (const client of before.keys()) assert.deepEqual(await channels(client), ["CAS1", "CAS1", "CAS1"]);
});

test("Exchange 2010: a phone stays on its server, whatever address it comes from", { timeout }, async (t) => {
  const site = await start2010(t);
  let address = 0;
  const sync = async (name: string): Promise<string> => {
    const basic = Buffer.from(`${name}:password`).toString("base64");
    const fields = `Authorization: Basic ${basic}\r\nX-Forwarded-For: 192.0.2.${++address % 250}\r\n`;
    const path = `/Microsoft-Server-ActiveSync?Cmd=Sync&User=${name}&DeviceId=x&DeviceType=y`;
    const answer = await ask(site, path, { method: "POST", fields, body: "x" });
    assert.equal(answer.status, 200, answer.head);
    return serverOf(answer.head);
  };
  const all = async (): Promise<string[]> => {
    const servers: string[] = [];
    for (const { name } of users) servers.push(await sync(name));
    return servers;
  };
  const before = await all();
  assert.deepEqual(new Set(before), new Set(["CAS1", "CAS2"]));
  assert.deepEqual(await all(), before);
  site.lab.stop("cas1", "eas");
  await site.untilHealthy("eas", "cas1", false);
  assert.deepEqual(new Set(await all()), new Set(["CAS2"]));
});
