/** What the OUT half does for the IN half, which has no answer of its own. */
export interface OutChannel {
  send(packet: Buffer): void;
  /** Both halves are there. */
  established(): void;
  close(): void;
}

interface Halves {
  out: OutChannel | null;
  inbound: boolean;
}

/**
 * The pairs of RPC_IN_DATA and RPC_OUT_DATA, joined by the cookie of their virtual connection. The front ends of 2013 and
 * newer share one instance, so that the halves may come in at different servers; before, each server has its own.
 */
export class VirtualConnections {
  /** Bytes that all IN channels brought so far. */
  bytesReceived = 0;
  readonly #halves = new Map<string, Halves>();

  /** Pairs that are complete. */
  get established(): number {
    return [...this.#halves.values()].filter((halves) => halves.out !== null && halves.inbound).length;
  }

  joinOut(cookie: string, out: OutChannel): void {
    const halves = this.#of(cookie);
    halves.out = out;
    if (halves.inbound) out.established();
  }

  joinIn(cookie: string): void {
    const halves = this.#of(cookie);
    halves.inbound = true;
    halves.out?.established();
  }

  outOf(cookie: string): OutChannel | null {
    return this.#halves.get(cookie)?.out ?? null;
  }

  /** One half is gone, so the other has no use. */
  leave(cookie: string): void {
    const halves = this.#halves.get(cookie);
    this.#halves.delete(cookie);
    halves?.out?.close();
  }

  #of(cookie: string): Halves {
    const halves = this.#halves.get(cookie) ?? { out: null, inbound: false };
    this.#halves.set(cookie, halves);
    return halves;
  }
}
