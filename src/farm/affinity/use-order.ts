/** What stands in a `UseOrder`, and in one at most. */
export interface Linked<T> {
  older: T | null;
  newer: T | null;
}

/** Entries in the order of their use: each step takes the same short time, however many there are. */
export class UseOrder<T extends Linked<T>> {
  oldest: T | null = null;
  #newest: T | null = null;

  add(entry: T): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest === null) this.oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  remove(entry: T): void {
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.#newest = entry.older;
    else entry.newer.older = entry.older;
  }
}
