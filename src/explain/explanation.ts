import type { RuleStep } from "../rules/rule-trace.ts";

/** The way of one request, as `POST /api/v1/explain` gives it. */
export interface Explanation {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly from: string;
  };
  /** What is known of the servers is of a running router; false: only the configuration was looked at. */
  readonly live: boolean;
  readonly listener: {
    /** Where it would come in; "" = nobody listens there. */
    readonly place: string;
    /** What else is to be said; "" = nothing. */
    readonly note: string;
  };
  /** Every rule up to the one that ended it, in order. */
  readonly rules: readonly RuleStep[];
  readonly verdict: Verdict;
  /** Which route was found; null = none was needed, or there is none. */
  readonly route: ExplainedRoute | null;
  readonly farm: ExplainedFarm | null;
  /** What the member gets; null = it gets nothing. */
  readonly sent: ExplainedHead | null;
}

/** What comes of it. */
export type Verdict =
  | { readonly kind: "forward"; readonly server: string }
  | { readonly kind: "redirect"; readonly by: string; readonly status: number; readonly location: string }
  | {
      readonly kind: "respond";
      readonly by: string;
      readonly status: number;
      readonly reason: string;
      readonly body: string;
    }
  | { readonly kind: "abort"; readonly by: string }
  /** `code`: as in X-Fairlead-Error. */
  | { readonly kind: "refused"; readonly status: number; readonly code: string; readonly why: string };

export interface ExplainedRoute {
  /** null = any. */
  readonly host: string | null;
  readonly path: string;
  readonly exact: boolean;
  /** What a request must hold to, in words. */
  readonly limits: readonly string[];
}

export interface ExplainedFarm {
  readonly name: string;
  readonly balance: string;
  /** How clients are remembered, in words; "" = not at all. */
  readonly affinity: string;
  readonly members: readonly ExplainedMember[];
}

export interface ExplainedMember {
  readonly server: string;
  readonly address: string;
  readonly state: "available" | "drain" | "unavailable";
  readonly health: "up" | "down" | "trial" | "unknown";
  readonly current: number;
  readonly chosen: boolean;
  /** Why it was chosen, or why not. */
  readonly why: string;
}

export interface ExplainedHead {
  readonly requestLine: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}
