import { digestOf } from "./key-digest.ts";
import { UseOrder, type Linked } from "./use-order.ts";

/** What another process has to know of a binding; plain data. */
export type BindingEntry = readonly [key: string, server: string, boundAt: number];

interface BindingOptions {
  /** How long a binding lasts that is not used. */
  readonly idleMs: number;
  /** Keys may be secrets: only their digests are kept. */
  readonly secret: boolean;
  /** The most bindings; who was away for longest makes place. */
  readonly limit?: number;
}

interface Binding extends Linked<Binding> {
  readonly key: string;
  server: string;
  boundAt: number;
  usedAt: number;
  /** When the other processes last heard of it, at most. */
  toldAt: number;
}

const defaultLimit = 100_000;
const maxTaken = 10_000;
const maxKey = 256;
/** The others are told of a binding that is in use so many times in its idle time. */
const toldPerIdle = 16;
/** Bindings that are over and make place when one is added: more than one, so that they get fewer. */
const sweptPerBind = 2;

/**
 * Which server a client is bound to that shows nothing but a key. Times are milliseconds since 1970, since other processes
 * have to agree on them.
 */
export class Bindings {
  readonly #idleMs: number;
  readonly #secret: boolean;
  readonly #limit: number;
  readonly #bindings = new Map<string, Binding>();
  readonly #order = new UseOrder<Binding>();
  readonly #new = new Set<Binding>();

  constructor({ idleMs, secret, limit = defaultLimit }: BindingOptions) {
    this.#idleMs = idleMs;
    this.#secret = secret;
    this.#limit = limit;
  }

  get size(): number {
    return this.#bindings.size;
  }

  /** null = it is bound to none. This is a use: the idle time begins anew. */
  serverOf(key: string, now: number): string | null {
    const binding = key === "" ? undefined : this.#bindings.get(this.#keptAs(key));
    if (binding === undefined) return null;
    if (this.#isOver(binding, now)) {
      this.#remove(binding);
      return null;
    }
    this.#use(binding, now);
    if (now - binding.toldAt >= this.#idleMs / toldPerIdle) this.#tell(binding, now);
    return binding.server;
  }

  /** From now on it is bound to this server. "" is no key. */
  bind(key: string, server: string, now: number): void {
    if (key === "") return;
    const binding = this.#binding(this.#keptAs(key), now);
    binding.server = server;
    // Later than what others may know, even if the clock says otherwise.
    binding.boundAt = Math.max(now, binding.boundAt + 1);
    this.#tell(binding, now);
    this.#sweep(sweptPerBind, now);
  }

  /** Somebody knows none of them: all are to be taken once more. */
  tellAll(): void {
    for (const binding of this.#bindings.values()) this.#new.add(binding);
  }

  /**
   * The bindings that others do not know of: new ones, changed ones, and those that are still in use after a while. The
   * rest of many comes with the next call.
   */
  takeNew(): BindingEntry[] {
    const taken: BindingEntry[] = [];
    for (const binding of this.#new) {
      if (taken.length === maxTaken) break;
      this.#new.delete(binding);
      taken.push([binding.key, binding.server, binding.boundAt]);
    }
    return taken;
  }

  /** Takes over what another process has given. Where two have bound the same key the later one counts, in both. */
  learn(entries: readonly BindingEntry[], now: number): void {
    for (const entry of entries) this.#learn(entry, now);
    this.#sweep(entries.length * sweptPerBind, now);
  }

  #learn([key, server, boundAt]: BindingEntry, now: number): void {
    const own = this.#bindings.get(key);
    if (own !== undefined && !this.#isOver(own, now) && isLater(own, server, boundAt)) {
      // It does not know of ours, or no more.
      if (own.server !== server) this.#tell(own, now);
      return;
    }
    const binding = this.#binding(key, now);
    binding.server = server;
    binding.boundAt = boundAt;
    binding.toldAt = now;
    this.#new.delete(binding);
  }

  #keptAs(key: string): string {
    return this.#secret || key.length > maxKey ? digestOf(key) : key;
  }

  /** The one of this key, now in use, or one that is bound to nothing yet. */
  #binding(key: string, now: number): Binding {
    const known = this.#bindings.get(key);
    if (known !== undefined) {
      this.#use(known, now);
      return known;
    }
    const { oldest } = this.#order;
    if (oldest !== null && this.#bindings.size >= this.#limit) this.#remove(oldest);
    const own = copyOf(key);
    const added = { key: own, server: "", boundAt: -1, usedAt: now, toldAt: now, older: null, newer: null };
    this.#bindings.set(own, added);
    this.#order.add(added);
    return added;
  }

  #use(binding: Binding, now: number): void {
    binding.usedAt = now;
    this.#order.remove(binding);
    this.#order.add(binding);
  }

  #tell(binding: Binding, now: number): void {
    binding.toldAt = now;
    this.#new.add(binding);
  }

  #isOver({ usedAt }: Binding, now: number): boolean {
    return now - usedAt >= this.#idleMs;
  }

  #sweep(most: number, now: number): void {
    for (let left = most; left > 0; left--) {
      const { oldest } = this.#order;
      if (oldest === null || !this.#isOver(oldest, now)) return;
      this.#remove(oldest);
    }
  }

  #remove(binding: Binding): void {
    this.#bindings.delete(binding.key);
    this.#order.remove(binding);
    this.#new.delete(binding);
  }
}

/** Of two at the same time one has to be, the same one everywhere. */
function isLater(own: Binding, server: string, boundAt: number): boolean {
  return own.boundAt > boundAt || (own.boundAt === boundAt && own.server > server);
}

/** A part of a request's head would keep the whole of it in memory. */
function copyOf(key: string): string {
  return Buffer.from(key, "latin1").toString("latin1");
}
