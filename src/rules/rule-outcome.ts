/** What has become of a request by the rules. */
export type RuleOutcome =
  | ForwardOutcome
  | { readonly kind: "redirect"; readonly rule: string; readonly status: number; readonly location: string }
  | {
      readonly kind: "respond";
      readonly rule: string;
      readonly status: number;
      /** "" = the usual one. */
      readonly reason: string;
      /** "" = a short page. */
      readonly body: string;
    }
  | { readonly kind: "abort"; readonly rule: string };

export interface ForwardOutcome {
  readonly kind: "forward";
  /** The rule that rewrote it last; null = none did. */
  readonly rule: string | null;
  /** A farm's name as the rule has it, in any case; null = the routes decide. */
  readonly farm: string | null;
  /** As it is sent on, in origin form; null = as it came. */
  readonly target: string | null;
  /** Request headers by their lower-case names; "" = the header is removed. "host" is among them. */
  readonly headers: ReadonlyMap<string, string>;
  /** What rules have set beside headers, by upper-case names, for outbound rules. */
  readonly variables: ReadonlyMap<string, string>;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** No rule has changed anything. */
export const untouched: ForwardOutcome = {
  kind: "forward",
  rule: null,
  farm: null,
  target: null,
  headers: nothing,
  variables: nothing,
};
