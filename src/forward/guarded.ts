/** Makes of an event's handler one whose exceptions end the one connection that they happened on, not the process. */
export function guarded<T = void>(
  client: { internalError(error: unknown): void },
  run: (value: T) => void,
): (value: T) => void {
  return (value) => {
    try {
      run(value);
    } catch (error) {
      client.internalError(error);
    }
  };
}
