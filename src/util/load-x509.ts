/** Loads @peculiar/x509, whose container of algorithms needs `reflect-metadata` first. Only who makes certificates pays. */
export async function loadX509() {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

export type X509 = Awaited<ReturnType<typeof loadX509>>;
