/** IIS URL Rewrite's rules, resolved: every default filled in, plain data that can be sent to a worker. */
export interface RulesConfig {
  /** In order; rules that are switched off are left out. */
  readonly inbound: readonly RuleConfig[];
  readonly outbound: readonly OutboundRuleConfig[];
  readonly maps: readonly RewriteMapConfig[];
}

/** "ecmascript": searched for anywhere; "wildcard" and "exact": the whole text. */
export type PatternSyntax = "ecmascript" | "wildcard" | "exact";

export interface PatternConfig {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  /** Matches what the pattern does not match, and captures nothing. */
  readonly negate: boolean;
}

export interface ConditionConfig extends PatternConfig {
  /** A template. */
  readonly input: string;
}

/** The conditions of a rule or precondition. Their patterns are in its syntax. */
export interface ConditionsConfig {
  /** "any": one of them is enough; none at all is always enough. */
  readonly grouping: "all" | "any";
  /** "last": {C:n} is of the condition that matched last; "all": the groups of all are numbered on. */
  readonly captures: "last" | "all";
  readonly conditions: readonly ConditionConfig[];
}

export interface RuleConfig extends ConditionsConfig {
  readonly name: string;
  readonly syntax: PatternSyntax;
  /** As a route's host; null = any. */
  readonly host: string | null;
  /** Only requests with or without TLS; null = both. */
  readonly https: boolean | null;
  /** What is compared: the decoded path without the leading slash and the query. null = any. */
  readonly path: PatternConfig | null;
  readonly set: readonly SetVariableConfig[];
  readonly action: ActionConfig;
  /** The rules behind it are not tried once it has matched. */
  readonly stop: boolean;
}

/** Upper case: HTTP_X_NAME is the request's header "X-Name", HTTP_HOST its Host, any other name a variable for later rules. */
export interface SetVariableConfig {
  readonly name: string;
  /** A template; "" removes a header. */
  readonly value: string;
  /** false: what is there already stays. */
  readonly replace: boolean;
}

/** The texts are templates. */
export type ActionConfig =
  | { readonly kind: "none" }
  | {
      readonly kind: "rewrite";
      /** The name of a farm; null = routes decide by the new path. */
      readonly farm: string | null;
      /** The new path, with a query or without; null = it stays. */
      readonly url: string | null;
      readonly appendQuery: boolean;
    }
  | {
      readonly kind: "redirect";
      readonly url: string;
      readonly status: 301 | 302 | 303 | 307 | 308;
      readonly appendQuery: boolean;
    }
  | { readonly kind: "respond"; readonly status: number; readonly reason: string; readonly body: string }
  /** The connection is closed without an answer. */
  | { readonly kind: "abort" };

export interface PreConditionConfig extends ConditionsConfig {
  readonly name: string;
  readonly syntax: PatternSyntax;
}

export interface OutboundRuleConfig extends ConditionsConfig {
  readonly name: string;
  readonly syntax: PatternSyntax;
  /** Judged once per response; null = for all responses. */
  readonly preCondition: PreConditionConfig | null;
  readonly target: OutboundTargetConfig;
  readonly match: PatternConfig;
  /** A template for what is put in the place of the match; null = nothing is changed. */
  readonly value: string | null;
  /** false: a header that is there stays. */
  readonly replace: boolean;
  readonly stop: boolean;
}

export type OutboundTargetConfig =
  /** Lower case, as in the response. */
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "status" }
  /** The text of the body, wherever the pattern is found. */
  | { readonly kind: "body"; readonly occurrences: number }
  /** The values of attributes of HTML tags; both lower case. */
  | { readonly kind: "tags"; readonly attributes: readonly TagAttributeConfig[]; readonly occurrences: number };

export interface TagAttributeConfig {
  readonly tag: string;
  readonly attribute: string;
}

export interface RewriteMapConfig {
  readonly name: string;
  /** What a missing key stands for. */
  readonly defaultValue: string;
  readonly ignoreCase: boolean;
  readonly entries: readonly (readonly [key: string, value: string])[];
}
