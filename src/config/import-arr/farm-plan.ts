import { parseServerAddress } from "../server-address.ts";
import type { ArrFarm } from "./read-farms.ts";
import type { ReadProtocol } from "./read-protocol.ts";
import { ValidNames } from "./valid-names.ts";

export type Scheme = "http" | "https";

/** A farm of the new configuration: a farm of IIS, spoken to by one scheme. */
export interface PlannedFarm {
  readonly name: string;
  readonly farm: ArrFarm;
  readonly scheme: Scheme;
  /** A host that rules name and no farm. */
  readonly plain: boolean;
}

interface Use {
  readonly farm: ArrFarm;
  readonly plain: boolean;
  readonly schemes: Set<Scheme>;
}

/** Which farms there will be: one for each scheme that rules use, and one for each host that is no farm. */
export class FarmPlan {
  readonly #uses = new Map<string, Use>();
  readonly #proxy: ReadProtocol;
  #names: Map<string, string> | null = null;

  /** `proxy`: for hosts that are no farm. */
  constructor(farms: readonly ArrFarm[], proxy: ReadProtocol) {
    this.#proxy = proxy;
    for (const farm of farms) this.#uses.set(farm.name.toLowerCase(), { farm, plain: false, schemes: new Set() });
  }

  isFarm(host: string): boolean {
    return this.#uses.get(host.toLowerCase())?.plain === false;
  }

  /** Farms have ports of their own. */
  keyOf(host: string, port: number | null): string {
    return this.isFarm(host) || port === null ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
  }

  /** The keys of all farms of IIS. */
  farmKeys(): readonly string[] {
    return [...this.#uses].filter(([, { plain }]) => !plain).map(([key]) => key);
  }

  /** A rule leads there; gives the key of the farm, null = the host is none. */
  use(host: string, port: number | null, scheme: Scheme): string | null {
    const key = this.keyOf(host, port);
    const known = this.#uses.get(key) ?? this.#plain(host, port);
    if (known === null) return null;
    known.schemes.add(scheme);
    this.#uses.set(key, known);
    return key;
  }

  #plain(host: string, port: number | null): Use | null {
    if (!parseServerAddress(`https://${host}${port === null ? "" : `:${port}`}`).ok) return null;
    const name = port === null ? host : `${host}-${port}`;
    const place = { line: 1, column: 1 };
    const ports = { httpPort: port ?? 80, httpsPort: port ?? 443 };
    const members = [{ address: host, place, enabled: true, weight: 1, ...ports }];
    const farm = { name, place, enabled: true, members, health: null, protocol: this.#proxy, policies: {} };
    return { farm, plain: true, schemes: new Set() };
  }

  schemesOf(key: string): ReadonlySet<Scheme> {
    return this.#uses.get(key)?.schemes ?? new Set();
  }

  farmOf(key: string): ArrFarm | null {
    return this.#uses.get(key)?.farm ?? null;
  }

  /** The name of a farm spoken to by a scheme; where that is not used, its only name. */
  nameOf(key: string, scheme: Scheme): string | null {
    const names = this.#named();
    return names.get(`${key} ${scheme}`) ?? names.get(`${key} ${scheme === "http" ? "https" : "http"}`) ?? null;
  }

  /** After the last `use`. Farms without a server are none. */
  all(): readonly PlannedFarm[] {
    return [...this.#uses].flatMap(([key, { farm, plain, schemes }]) =>
      (["https", "http"] as const).flatMap((scheme) => {
        const name = schemes.has(scheme) && farm.members.length > 0 ? this.nameOf(key, scheme) : null;
        return name === null ? [] : [{ name, farm, scheme, plain }];
      }),
    );
  }

  #named(): ReadonlyMap<string, string> {
    if (this.#names !== null) return this.#names;
    const valid = new ValidNames();
    const names = new Map<string, string>();
    const taken = [...this.#uses].filter(([, { farm }]) => farm.members.length > 0);
    for (const [key, { farm, schemes }] of taken) {
      const both = schemes.size > 1;
      const [only = "https"] = schemes;
      const name = valid.take(both ? farm.name.slice(0, 63 - httpSuffix.length) : farm.name);
      names.set(`${key} ${both ? "https" : only}`, name);
      if (both) names.set(`${key} http`, valid.take(`${name}${httpSuffix}`));
    }
    this.#names = names;
    return names;
  }
}

/** Of the farm for plain HTTP, where there is one for HTTPS as well. */
export const httpSuffix = "-http";
