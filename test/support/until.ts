const everyMs = 25;

/** Asks again and again until the condition holds; the test's own time-out is the limit. Resolves with what it gave. */
export async function until<Value>(
  condition: () => Value | null | undefined | false | Promise<Value | null | undefined | false>,
): Promise<Value> {
  for (;;) {
    const value = await condition();
    if (value !== null && value !== undefined && value !== false) return value;
    await new Promise<void>((resolve) => setTimeout(resolve, everyMs));
  }
}
