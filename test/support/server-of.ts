/** The server that answered: X-FEServer of a response's head; "" = none. */
export function serverOf(head: string): string {
  return /^X-FEServer: (.*)$/m.exec(head)?.[1] ?? "";
}
