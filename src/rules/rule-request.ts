/** A request as rules read it. Texts are as they came (latin1). */
export interface RuleRequest {
  readonly method: string;
  /** In origin form, or "*". */
  readonly target: string;
  /** With the port, if one was sent. */
  readonly host: string;
  readonly https: boolean;
  /** HTTP/1.0 or 1.1, or 2. */
  readonly version: "1.0" | "1.1" | "2";
  /** The head's lines with CRLF. */
  readonly head: string;
  /** Where in it the first field begins. */
  readonly fieldsStart: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly localAddress: string;
  readonly localPort: number;
}
