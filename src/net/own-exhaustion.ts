/** No file handle, memory or local port left: what failed on this machine says nothing about the member. */
const codes: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL"]);

export function isOwnExhaustion(error: Error): boolean {
  return "code" in error && codes.has(error.code);
}
