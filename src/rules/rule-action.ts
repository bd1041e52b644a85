import type { ActionConfig } from "./rule-config.ts";
import type { RuleOutcome } from "./rule-outcome.ts";
import type { RuleState } from "./rule-state.ts";
import { compileHtmlTemplate, compileTemplate, type TemplateScope } from "./template.ts";
import { compileUrlTemplate, keepsQuery, keptPart, withQuery } from "./url-template.ts";

type Answer = Exclude<RuleOutcome, { kind: "forward" }>;

/** What a rule does once it has matched. */
export type Action =
  | { readonly kind: "none" }
  /** `farm`: null = the routes decide. false = the new path can't be understood. */
  | {
      readonly kind: "rewrite";
      readonly farm: ((state: RuleState) => string) | null;
      readonly rewrite: ((state: RuleState) => boolean) | null;
    }
  | { readonly kind: "answer"; readonly answer: (state: RuleState) => Answer };

/** Each rewrite may make a target longer, and many in a row many times. */
const maxTarget = 64 * 1024;

export function compileAction(action: ActionConfig, rule: string, scope: TemplateScope): Action {
  if (action.kind === "none") return { kind: "none" };
  if (action.kind === "rewrite") {
    const farm = action.farm === null ? null : compileTemplate(action.farm, scope);
    const rewrite = action.url === null ? null : compileRewrite(action.url, action.appendQuery, scope);
    return { kind: "rewrite", farm, rewrite };
  }
  return { kind: "answer", answer: compileAnswer(action, rule, scope) };
}

function compileAnswer(
  action: Exclude<ActionConfig, { readonly kind: "none" | "rewrite" }>,
  rule: string,
  scope: TemplateScope,
): (state: RuleState) => Answer {
  if (action.kind === "abort") return () => ({ kind: "abort", rule });
  const { status } = action;
  if (action.kind === "redirect") {
    const { appendQuery } = action;
    const expand = compileUrlTemplate(action.url, "url", scope);
    const anyHost = action.url.startsWith("//");
    const locationOf = (state: RuleState): string =>
      withQuery(anyHost ? expand(state) : fromRoot(expand(state)), appendQuery ? state.query : "");
    return (state) => ({ kind: "redirect", rule, status, location: locationOf(state) });
  }
  const reasonOf = compileTemplate(action.reason, scope);
  const isHtml = action.body.trimStart().startsWith("<");
  const bodyOf = isHtml ? compileHtmlTemplate(action.body, scope) : compileTemplate(action.body, scope);
  return (state) => ({ kind: "respond", rule, status, reason: plainText(reasonOf(state)), body: bodyOf(state) });
}

/** Without a scheme it is a path of this site, and can't become the name of another one. */
function fromRoot(url: string): string {
  return /^[a-z][a-z\d+.-]*:/i.test(url) ? url : `/${url.replace(/^[/\\]+/, "")}`;
}

function compileRewrite(url: string, appendQuery: boolean, scope: TemplateScope): (state: RuleState) => boolean {
  const expand = compileUrlTemplate(url, "target", scope);
  const kept = keptPart(url);
  const takesQuery = keepsQuery(url);
  return (state) => {
    const path = kept?.(state) === true ? keptPath(state, takesQuery) : expand(state);
    const target = withQuery(atRoot(path), appendQuery ? state.query : "");
    // "*" is the target of OPTIONS alone, and has no query.
    const sent = target.startsWith("*?") ? `/${target.slice(1)}` : target;
    return sent.length <= maxTarget && state.rewrite(sent);
  };
}

function atRoot(path: string): string {
  return path.startsWith("/") || path === "*" ? path : `/${path}`;
}

function keptPath(state: RuleState, withItsQuery: boolean): string {
  return withItsQuery ? state.target : state.rawPath;
}

// oxlint-disable-next-line no-control-regex -- They are what is looked for.
const control = /[\0-\x1f\x7f]|[^\0-\xff]/gu;

/** For a status line. */
function plainText(text: string): string {
  return text.replaceAll(control, "");
}
