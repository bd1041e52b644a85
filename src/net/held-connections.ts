/** Knows its place among those that are held; -1 = it is not. */
interface Holdable {
  heldPlace: number;
}

/** A set of connections that come and go with every request: unlike a Set it leaves no garbage behind. */
export class HeldConnections<T extends Holdable> implements Iterable<T> {
  readonly #all: T[] = [];

  get size(): number {
    return this.#all.length;
  }

  add(connection: T): void {
    if (connection.heldPlace !== -1) return;
    connection.heldPlace = this.#all.length;
    this.#all.push(connection);
  }

  /** The last one takes its place. */
  delete(connection: T): void {
    const place = connection.heldPlace;
    if (place === -1) return;
    connection.heldPlace = -1;
    const last = this.#all.pop();
    if (last === undefined || last === connection) return;
    this.#all[place] = last;
    last.heldPlace = place;
  }

  /** Not to be changed meanwhile. */
  [Symbol.iterator](): Iterator<T> {
    return this.#all.values();
  }
}
