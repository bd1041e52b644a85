const turns = 30;

/**
 * Turns of the event loop, enough for all that is on its way between sockets of this process to arrive. For what must
 * not happen, and for what cannot be seen from outside.
 */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
