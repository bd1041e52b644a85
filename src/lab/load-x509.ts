const metadata = new WeakMap<object, Map<unknown, unknown>>();

function defineMetadata(key: unknown, value: unknown, subject: object): void {
  const entries = metadata.get(subject) ?? new Map<unknown, unknown>();
  metadata.set(subject, entries.set(key, value));
}

function getOwnMetadata(key: unknown, subject: object): unknown {
  return metadata.get(subject)?.get(key);
}

/**
 * Loads @peculiar/x509. Its container of algorithms refuses to load without the `reflect-metadata` proposal, of which it
 * uses these three functions; a real polyfill that is already there is left alone.
 */
export async function loadX509() {
  if (!("getMetadata" in Reflect))
    Object.assign(Reflect, { defineMetadata, getOwnMetadata, getMetadata: getOwnMetadata });
  return import("@peculiar/x509");
}

export type X509 = Awaited<ReturnType<typeof loadX509>>;
