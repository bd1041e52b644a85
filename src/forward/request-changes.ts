/** What rules have changed of a request; its head stays as it came, for logs and for what is sent again. */
export interface RequestChanges {
  /** In origin form; null = as it came. */
  readonly target: string | null;
  /** null = as it came. */
  readonly host: string | null;
  /** Lower-case names of the fields that are not sent as they came. */
  readonly replaced: readonly string[];
  /** Field lines with CRLF. */
  readonly lines: string;
}
