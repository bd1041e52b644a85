import type { AdminState, AffinityConfig, AffinityCookieConfig, KeyConfig } from "../../src/config/farm-config.ts";
import { openRaw, type RawResponse } from "../../src/lab/testing/raw-client.ts";
import type { RawConnection } from "./raw-member.ts";
import type { TestRouter } from "./start-router.ts";

export const okAnswer = "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\nok";

export const sidCookie: AffinityCookieConfig = {
  name: "sid",
  format: "keyed",
  domain: null,
  path: "/",
  secure: "auto",
  httpOnly: true,
  sameSite: "lax",
  maxAgeSeconds: 0,
};

/** Clients are known by a cookie named sid, unless told otherwise. */
export function byCookie(
  cookie: Partial<AffinityCookieConfig> = {},
  rest: Partial<AffinityConfig> = {},
): AffinityConfig {
  return { ...noAffinity, cookie: { ...sidCookie, ...cookie }, ...rest };
}

export function byKey(key: KeyConfig, rest: Partial<AffinityConfig> = {}): AffinityConfig {
  return { ...noAffinity, key, ...rest };
}

export function byHost(membersPerHost: number): AffinityConfig {
  return { ...noAffinity, membersPerHost };
}

const noAffinity: AffinityConfig = {
  cookie: null,
  key: null,
  membersPerHost: 0,
  whenDown: "rebalance",
  idleMs: 1_800_000,
};

/** Gets the head of a request, which has no body; null = it does not answer. */
export type Respond = (request: string, connection: RawConnection) => string | null;

/** For `RawMember.start`: says in X-Member who it is. */
export function named(name: string, respond: Respond = () => okAnswer): (connection: RawConnection) => void {
  return (connection) => {
    connection.socket.on("data", () => {
      const heads = connection.text.split("\r\n\r\n");
      const rest = heads.pop() ?? "";
      connection.received = Buffer.from(rest, "latin1");
      for (const head of heads) {
        const answer = respond(head, connection);
        if (answer !== null) connection.write(answer.replace("\r\n", `\r\nX-Member: ${name}\r\n`));
      }
    });
  };
}

/** m1, m2 …, that all answer alike. */
export function namedMembers(count: number, respond?: Respond): ((connection: RawConnection) => void)[] {
  return Array.from({ length: count }, (_, index) => named(`m${index + 1}`, respond));
}

/** Who answered; of an answer of the router's own its code. */
export function memberOf({ head }: Pick<RawResponse, "head">): string {
  return /^X-(?:Member|Fairlead-Error): (.*)\r$/m.exec(head)?.[1] ?? "";
}

/** The values of all Set-Cookie lines. */
export function cookiesOf({ head }: Pick<RawResponse, "head">): string[] {
  return [...head.matchAll(/^set-cookie: (.*)\r$/gim)].map(([, value = ""]) => value);
}

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  /** Lines, each with its end. */
  readonly fields?: string;
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  { method = "GET", target = "/", host = "a", fields = "" }: Asked = {},
): Promise<RawResponse> {
  const client = await openRaw(port);
  try {
    return await client.request(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`);
  } finally {
    client.close();
  }
}

/** Keeps cookies as a browser does, and nothing else: each request has a connection of its own. */
export class Visitor {
  readonly #port: number;
  readonly jar = new Map<string, string>();

  constructor(port: number) {
    this.#port = port;
  }

  async visit(asked: Asked = {}): Promise<RawResponse> {
    const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const line = cookies === "" ? "" : `Cookie: ${cookies}\r\n`;
    const answer = await ask(this.#port, { ...asked, fields: `${asked.fields ?? ""}${line}` });
    for (const cookie of cookiesOf(answer)) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.jar.set(name, value);
    }
    return answer;
  }

  /** Who answers now. */
  async member(asked: Asked = {}): Promise<string> {
    return memberOf(await this.visit(asked));
  }
}

/** An operator's word about a server in all farms that it is in. */
export function setServer({ control }: TestRouter, server: string, state: AdminState): void {
  for (const { name, members } of control.config.farms) {
    if (!members.some((member) => member.server === server)) continue;
    control.setState({ server, farm: name }, { state, by: "test", note: "", deadlineMs: null, cut: false });
  }
}

/** How many of the answers each member has given; `askFor` says what is asked. */
export async function spread(
  port: number,
  count: number,
  askFor: (index: number) => Asked = () => ({}),
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const member = memberOf(await ask(port, askFor(index)));
    counts[member] = (counts[member] ?? 0) + 1;
  }
  return counts;
}

/** The members of the first farm with other weights, in their order. */
export async function reweigh(router: TestRouter, weights: readonly number[]): Promise<void> {
  const [farm, ...others] = router.control.config.farms;
  if (farm === undefined) throw new RangeError("there is no farm");
  const [first, ...rest] = farm.members.map((member, index) => ({ ...member, weight: weights[index] ?? 1 }));
  if (first === undefined) throw new RangeError("there is no member");
  await router.apply({ ...router.control.config, farms: [{ ...farm, members: [first, ...rest] }, ...others] });
}
