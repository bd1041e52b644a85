interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Nothing is read from a socket while there is any reason not to; reasons are single bits. */
export class ReadingGate {
  readonly #source: Source;
  #reasons = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  block(why: number): void {
    if (this.#reasons === 0) this.#source.pause();
    this.#reasons |= why;
  }

  unblock(why: number): void {
    if (this.#reasons === 0) return;
    this.#reasons &= ~why;
    if (this.#reasons === 0) this.#source.resume();
  }
}
