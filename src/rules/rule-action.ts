import type { ActionConfig } from "./rule-config.ts";
import type { RuleOutcome } from "./rule-outcome.ts";
import type { RuleState } from "./rule-state.ts";
import { pathOf } from "./rule-path.ts";
import { compileHtmlTemplate, compileTemplate, encodeHtml, type Template, type TemplateScope } from "./template.ts";
import { templateParts } from "./template-parts.ts";
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
  const bodyOf = compileBody(action.body, scope);
  return (state) => ({ kind: "respond", rule, status, reason: plainText(reasonOf(state)), body: bodyOf(state) });
}

/** The answer is a page where it begins like one: what a client has sent must not make it that. */
function compileBody(body: string, scope: TemplateScope): Template {
  if (body.trimStart().startsWith("<")) return compileHtmlTemplate(body, scope);
  const bodyOf = compileTemplate(body, scope);
  if (templateParts(body).every(({ kind }) => kind === "text" || kind === "map")) return bodyOf;
  return (state) => {
    const text = bodyOf(state);
    return text.trimStart().startsWith("<") ? encodeHtml(text) : text;
  };
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
    const target = withQuery(
      path.startsWith("/") || isStar(path, state) ? path : `/${path}`,
      appendQuery ? state.query : "",
    );
    // It has no query.
    const sent = target.startsWith("*?") ? `/${target.slice(1)}` : target;
    return sent.length <= maxTarget && !climbsAnew(pathOf(sent), state) && state.rewrite(sent);
  };
}

/** "*" is the target of OPTIONS alone, and no rule makes one. */
function isStar(path: string, { request }: RuleState): boolean {
  return path === "*" && request.target === "*";
}

const dotSegment = /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?=[/\\]|%2f|%5c|$)/i;

/**
 * What rules have read has no dot segments. "/app/" before a value that begins with "../" would lead out of "/app/": to
 * what no rule has seen.
 */
function climbsAnew(path: string, { rawPath, request }: RuleState): boolean {
  return path !== rawPath && dotSegment.test(path) && path !== pathOf(request.target);
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
