/** Gives things names that the configuration takes, each only once whatever its case. */
export class ValidNames {
  readonly #taken = new Set<string>();

  /** Letters, digits, ".", "_" and "-", at most 63, the first a letter or digit. */
  take(wanted: string): string {
    const valid = wanted.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^[^A-Za-z0-9]+|-+$/g, "") || "farm";
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? "" : `-${number}`;
      const name = `${valid.slice(0, 63 - suffix.length)}${suffix}`;
      if (this.#taken.has(name.toLowerCase())) continue;
      this.#taken.add(name.toLowerCase());
      return name;
    }
  }
}

/** Names of rules may be any text, each only once. */
export class UniqueNames {
  readonly #valid = new ValidNames();
  readonly #taken = new Set<string>();

  take(wanted: string): string {
    const name = wanted === "" ? this.#valid.take("rule") : wanted;
    for (let number = 1; ; number += 1) {
      const unique = number === 1 ? name : `${name} ${number}`;
      if (this.#taken.has(unique.toLowerCase())) continue;
      this.#taken.add(unique.toLowerCase());
      return unique;
    }
  }
}
