import type { Place } from "../place.ts";

export type Syntax = "ecmascript" | "wildcard" | "exact";

interface ArrPattern {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly negate: boolean;
}

export interface ArrCondition extends ArrPattern {
  readonly input: string;
  readonly matchType: "Pattern" | "IsFile" | "IsDirectory";
  readonly place: Place;
}

export interface ArrConditions {
  readonly grouping: "MatchAll" | "MatchAny";
  readonly trackAll: boolean;
  readonly list: readonly ArrCondition[];
}

export interface ArrVariable {
  readonly name: string;
  readonly value: string;
  readonly replace: boolean;
  readonly place: Place;
}

export type ArrAction =
  | { readonly type: "None"; readonly place: Place }
  | { readonly type: "Rewrite"; readonly url: string; readonly appendQuery: boolean; readonly place: Place }
  | {
      readonly type: "Redirect";
      readonly url: string;
      readonly appendQuery: boolean;
      readonly status: 301 | 302 | 303 | 307;
      readonly place: Place;
    }
  | {
      readonly type: "CustomResponse";
      readonly status: number;
      readonly reason: string;
      readonly body: string;
      readonly place: Place;
    }
  | { readonly type: "AbortRequest"; readonly place: Place };

/** A rule of IIS URL Rewrite, as IIS has it. */
export interface ArrRule {
  readonly name: string;
  readonly place: Place;
  readonly enabled: boolean;
  readonly syntax: Syntax;
  readonly stop: boolean;
  readonly match: ArrPattern;
  readonly conditions: ArrConditions;
  readonly variables: readonly ArrVariable[];
  readonly action: ArrAction;
  /** Of <globalRules>: those of <rules> come after all of these. */
  readonly global: boolean;
  /** The host names of the sites that have this rule; null = all. */
  readonly hosts: readonly string[] | null;
}
