interface ListenPlace {
  readonly address: string;
  readonly port: number;
}

/** Can only one of the two listen? All addresses (of one kind) overlap with each single one. */
export function samePlace(a: ListenPlace, b: ListenPlace): boolean {
  return a.port === b.port && a.port !== 0 && (includes(a.address, b.address) || includes(b.address, a.address));
}

/** Are connections to `address` also taken by who listens on `listening`? */
function includes(listening: string, address: string): boolean {
  if (listening === address || listening === "") return true;
  return address !== "" && listening === (address.includes(":") ? "::" : "0.0.0.0");
}
