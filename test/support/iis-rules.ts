import type { ActionConfig, PatternConfig, PatternSyntax, RuleConfig } from "../../src/rules/rule-config.ts";
import { all, attribute, isOn, type Xml } from "./xml-tree.ts";

/** A <rule> for the reference evaluator. A Rewrite to another host has "scheme://host" as its farm. */
export function iisRule(rule: Xml): RuleConfig {
  const [match] = all(rule, "match");
  const [conditions] = all(rule, "conditions");
  return {
    name: attribute(rule, "name", ""),
    syntax: syntaxOf(attribute(rule, "patternSyntax", "ECMAScript")),
    host: null,
    https: null,
    path: patternOf(match, "url"),
    grouping: attribute(conditions, "logicalGrouping", "MatchAll").toLowerCase() === "matchany" ? "any" : "all",
    captures: isOn(conditions, "trackAllCaptures", false) ? "all" : "last",
    conditions: all(rule, "conditions/add").map((condition) => ({
      ...(isPattern(condition) ? patternOf(condition, "pattern") : neverFound(condition)),
      input: isPattern(condition) ? attribute(condition, "input", "") : "",
    })),
    set: all(rule, "serverVariables/set")
      .map((set) => ({
        name: attribute(set, "name", "").trim().toUpperCase(),
        value: attribute(set, "value", ""),
        replace: isOn(set, "replace", true),
      }))
      // How requests are carried is the router's own matter.
      .filter(({ name }) => name !== "HTTP_CONNECTION"),
    action: actionOf(all(rule, "action")[0]),
    stop: isOn(rule, "stopProcessing", false),
  };
}

function syntaxOf(written: string): PatternSyntax {
  const syntaxes: Readonly<Record<string, PatternSyntax>> = { wildcard: "wildcard", exactmatch: "exact" };
  return syntaxes[written.toLowerCase()] ?? "ecmascript";
}

function patternOf(element: Xml | undefined, name: string): PatternConfig {
  return {
    pattern: attribute(element, name, ""),
    ignoreCase: isOn(element, "ignoreCase", true),
    negate: isOn(element, "negate", false),
  };
}

/** A router has no files. */
function isPattern(condition: Xml): boolean {
  const type = attribute(condition, "matchType", attribute(condition, "type", "Pattern"));
  return type.toLowerCase() === "pattern";
}

function neverFound(condition: Xml): PatternConfig {
  return { pattern: "there is none", ignoreCase: true, negate: isOn(condition, "negate", false) };
}

const redirects: Readonly<Record<string, 301 | 302 | 303 | 307>> = { found: 302, seeother: 303, temporary: 307 };

function actionOf(action: Xml | undefined): ActionConfig {
  const url = attribute(action, "url", "").trim();
  const appendQuery = isOn(action, "appendQueryString", true);
  switch (attribute(action, "type", "None").toLowerCase()) {
    case "rewrite":
      return rewriteOf(url, appendQuery);
    case "redirect": {
      const status = redirects[attribute(action, "redirectType", "").toLowerCase()] ?? 301;
      return { kind: "redirect", url, status, appendQuery };
    }
    case "customresponse": {
      const written = Number(attribute(action, "statusCode", "200"));
      const status = written >= 200 && written < 600 ? written : 500;
      const reason = attribute(action, "statusReason", "");
      return { kind: "respond", status, reason, body: attribute(action, "statusDescription", "") };
    }
    case "abortrequest":
      return { kind: "abort" };
    default:
      return { kind: "none" };
  }
}

function rewriteOf(url: string, appendQuery: boolean): ActionConfig {
  const scheme = /^https?:\/\//i.exec(url)?.[0];
  if (scheme === undefined) {
    const path = /^(?:\/|\{(?:URL|REQUEST_URI|UNENCODED_URL|PATH_INFO)\})/i.test(url) ? url : `/${url}`;
    return { kind: "rewrite", farm: null, url: path, appendQuery };
  }
  const end = scheme.length + lengthOfHost(url.slice(scheme.length));
  const rest = url.slice(end);
  const path = rest === "" || rest.startsWith("?") ? `/${rest}` : rest;
  return { kind: "rewrite", farm: url.slice(0, end), url: path, appendQuery };
}

/** A host ends at "/" or "?", or where a variable begins that begins with "/" itself; what is in braces is its name. */
function lengthOfHost(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (depth === 0 && /^(?:[/?]|\{(?:URL|REQUEST_URI|UNENCODED_URL|PATH_INFO)\})/i.test(text.slice(index)))
      return index;
    if (character === "{") depth++;
    if (character === "}") depth--;
  }
  return text.length;
}
