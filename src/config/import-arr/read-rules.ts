import { mayHaveBody } from "../../http/body-status.ts";
import type { ArrAction, ArrCondition, ArrConditions, ArrRule, ArrVariable, Syntax } from "./arr-rule.ts";
import type { ImportFindings } from "./import-finding.ts";
import { Values } from "./read-values.ts";
import { childrenOf, descendant, type XmlElement } from "./xml-element.ts";

const syntaxes: Readonly<Record<string, Syntax>> = {
  ecmascript: "ecmascript",
  wildcard: "wildcard",
  exactmatch: "exact",
};

export function readSyntax(values: Values): Syntax {
  return (
    syntaxes[values.choice("patternSyntax", ["ECMAScript", "Wildcard", "ExactMatch"], "ECMAScript").toLowerCase()] ??
    "ecmascript"
  );
}

/** One <rule> of <globalRules> or <rules>; `hosts` come later. */
export function readRule(element: XmlElement, global: boolean, findings: ImportFindings): ArrRule {
  const values = new Values(element, findings);
  const part = (child: string): Values => new Values(descendant(element, child), findings);
  const match = part("match");
  tellOfOthers(values, part("action"), findings);
  return {
    name: values.text("name", "").trim(),
    place: element.place,
    enabled: values.flag("enabled", true),
    syntax: readSyntax(values),
    stop: values.flag("stopProcessing", false),
    match: {
      pattern: match.text("url", ".*"),
      ignoreCase: match.flag("ignoreCase", true),
      negate: match.flag("negate", false),
    },
    conditions: readConditions(part("conditions"), false, findings),
    variables: childrenOf(descendant(element, "serverVariables"), "set").map((set) => readVariable(set, findings)),
    action: readAction(part("action"), element, findings),
    global,
    hosts: null,
  };
}

function tellOfOthers(values: Values, action: Values, findings: ImportFindings): void {
  if (!/^(?:auto|)$/i.test(values.text("responseCacheDirective", ""))) {
    const name = "responseCacheDirective";
    findings.leftOut(values.place(name), values.shown(name), "nothing is cached here", "");
  }
  if (action.flag("logRewrittenUrl", false)) {
    const name = "logRewrittenUrl";
    const consequence = "the access log has the URL that the client asked for";
    findings.leftOut(action.place(name), action.shown(name), "there is no such switch", consequence);
  }
}

/** Of a rule, or of an outbound rule, whose captures are all tracked by default. */
export function readConditions(values: Values, trackAll: boolean, findings: ImportFindings): ArrConditions {
  const list: ArrCondition[] = [];
  for (const element of values.element?.children ?? []) {
    if (element.name === "clear") list.length = 0;
    if (element.name === "add") list.push(readCondition(new Values(element, findings)));
  }
  return {
    grouping: values.choice("logicalGrouping", ["MatchAll", "MatchAny"], "MatchAll"),
    trackAll: values.flag("trackAllCaptures", trackAll),
    list,
  };
}

function readCondition(values: Values): ArrCondition {
  const named = values.has("matchType") ? "matchType" : "type";
  return {
    input: values.text("input", ""),
    pattern: values.text("pattern", ""),
    matchType: values.choice(named, ["Pattern", "IsFile", "IsDirectory"], "Pattern"),
    ignoreCase: values.flag("ignoreCase", true),
    negate: values.flag("negate", false),
    place: values.place(),
  };
}

function readVariable(element: XmlElement, findings: ImportFindings): ArrVariable {
  const values = new Values(element, findings);
  return {
    name: values.text("name", "").trim().toUpperCase(),
    value: values.text("value", ""),
    replace: values.flag("replace", true),
    place: element.place,
  };
}

const actionTypes = ["None", "Rewrite", "Redirect", "CustomResponse", "AbortRequest"] as const;
const redirectTypes = { Permanent: 301, Found: 302, SeeOther: 303, Temporary: 307 } as const;

function readAction(values: Values, rule: XmlElement, findings: ImportFindings): ArrAction {
  const place = values.element === null ? rule.place : values.place();
  const type = values.choice("type", actionTypes, "None");
  const url = values.text("url", "").trim();
  const appendQuery = values.flag("appendQueryString", true);
  if (type === "Redirect") {
    const words = ["Permanent", "Found", "SeeOther", "Temporary"] as const;
    const status = redirectTypes[values.choice("redirectType", words, "Permanent")];
    return { type, url, appendQuery, status, place };
  }
  if (type === "CustomResponse") return { type, ...readResponse(values, findings), place };
  return type === "Rewrite" ? { type, url, appendQuery, place } : { type, place };
}

function readResponse(values: Values, findings: ImportFindings): { status: number; reason: string; body: string } {
  const written = values.whole("statusCode", 200);
  const isOurs = mayHaveBody(written);
  if (!isOurs) {
    const consequence = "the answer has status 500; those with a body are from 200 to 599, but 204, 205 and 304";
    findings.changed(values.place("statusCode"), values.shown("statusCode"), "500 is taken", consequence);
  }
  if (values.whole("subStatusCode", 0) !== 0) {
    const name = "subStatusCode";
    findings.leftOut(values.place(name), values.shown(name), "there are no sub-statuses", "the log does not have it");
  }
  return {
    status: isOurs ? written : 500,
    reason: values.text("statusReason", ""),
    body: values.text("statusDescription", ""),
  };
}
