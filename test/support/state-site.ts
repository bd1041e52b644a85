import type { TestContext } from "node:test";
import type { StateWish } from "../../src/control/administration.ts";
import type { AdminState } from "../../src/config/farm-config.ts";
import { always } from "./raw-member.ts";
import { startSite, type Site, type SiteOptions } from "./site.ts";
import type { RawClient } from "./start-router.ts";

/** No time-out ends what a test keeps waiting. */
export const patience = { connectMs: 0, responseMs: 0, idleMs: 0, keepAliveMs: 0, memberKeepAliveMs: 0 } as const;

export interface StateSite extends Site {
  /** An operator's word about the member. */
  set(server: string, state: AdminState, rest?: Partial<StateWish>): void;
}

export function withStates<S extends Site>(site: S): S & StateSite {
  return {
    ...site,
    set(server, state, rest = {}) {
      const wish = { state, by: "ann", note: "", deadlineMs: null, cut: false, ...rest };
      if (site.router.control.setState({ farm: "owa", server }, wish) === null) throw new RangeError(server);
    },
  };
}

/** Members that say their name: m1 and m2, unless told otherwise. */
export async function startStateSite(t: TestContext, options: SiteOptions = {}): Promise<StateSite> {
  const farm = { timeouts: patience, ...options.farm };
  const site = await startSite(t, { members: [named("m1"), named("m2")], ...options, farm });
  return withStates(site);
}

export function answer(body: string, fields = ""): string {
  return `HTTP/1.1 200 OK\r\nDate: x\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}

export function named(name: string): ReturnType<typeof always> {
  return always(answer(name));
}

const complete = /^HTTP\/1\.1 (\d+)[^]*?Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n([^]*)$/;

/** Sends one request and resolves with the status and body of its response. */
export async function ask(client: RawClient, request: string): Promise<string> {
  client.clear();
  client.write(request);
  await client.until(({ text }) => {
    const match = complete.exec(text);
    return match !== null && Number(match[2]) === match[3]?.length;
  });
  const match = complete.exec(client.text);
  return `${match?.[1] ?? ""} ${match?.[3] ?? ""}`;
}
