interface ListenPlace {
  readonly address: string;
  readonly port: number;
}

/** Can only one of the two listen? All addresses overlap with each single one. */
export function samePlace(a: ListenPlace, b: ListenPlace): boolean {
  return a.port === b.port && a.port !== 0 && (a.address === b.address || isAll(a.address) || isAll(b.address));
}

const isAll = (address: string): boolean => ["", "::", "0.0.0.0"].includes(address);
