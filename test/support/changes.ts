/** Long enough for the slowest machine; a wait that takes longer has failed. */
const limitMs = 8000;

/** Lets tests wait for what an event brings. */
export class Changes {
  #wake: (() => void)[] = [];

  /** Something has happened: whoever waits looks again. */
  happened(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Resolves once the condition holds; rejects, with what `state` tells, where it takes too long. */
  async until(condition: () => boolean, state: () => string): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`waited in vain; ${state()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

/** The end of what has come, short enough for a message. */
export function tail(received: Buffer): string {
  return JSON.stringify(received.toString("latin1", Math.max(received.length - 300, 0)));
}
