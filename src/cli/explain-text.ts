import type { ExplainedFarm, ExplainedMember, Explanation, Verdict } from "../explain/explanation.ts";
import { explainedRules, type RulesStyle } from "./explain-rules-text.ts";
import { type Paint, plainText, table } from "./terminal.ts";

/** An explanation for people: what comes of the request first, then how. */
export function explanationText(explanation: Explanation, style: RulesStyle): string {
  const { request, listener, live, rules, farm, sent } = explanation;
  const { paint } = style;
  const title = paint("strong", plainText(`${request.method} ${request.url}`));
  const source = live ? "" : paint("faint", "  by the configuration alone: nothing is known of the servers");
  return [
    `${title}\n${verdictText(explanation, paint)}${source === "" ? "" : `\n${source}`}`,
    ...(listener.note === "" ? [] : [`${paint("warn", "listener")}  ${plainText(listener.note)}`]),
    ...(listener.place === "" ? [] : [`${paint("strong", "Listener")}  ${plainText(listener.place)}`]),
    ...(rules.length === 0 ? [] : [explainedRules(rules, style)]),
    ...routeText(explanation, paint),
    ...(farm === null ? [] : [farmText(farm, paint)]),
    ...(sent === null ? [] : [sentText(sent, paint)]),
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join("\n");
}

function verdictText({ verdict, farm }: Explanation, paint: Paint): string {
  const text = plainText(verdictWords(verdict, farm));
  return `  ${paint(verdict.kind === "refused" ? "bad" : "good", "->")} ${text}`;
}

function verdictWords(verdict: Verdict, farm: ExplainedFarm | null): string {
  switch (verdict.kind) {
    case "forward":
      if (verdict.server === "") return `a member of the farm ${farm?.name ?? ""}`;
      return `${verdict.server}, member of the farm ${farm?.name ?? ""}`;
    case "redirect":
      return `${verdict.status} to ${verdict.location}, by ${verdict.by}`;
    case "respond":
      return `${verdict.status} ${verdict.reason}`.trimEnd() + `, by the rule ${verdict.by}`;
    case "abort":
      return `the connection is closed without an answer, by the rule ${verdict.by}`;
    case "refused":
      return `${verdict.status} ${verdict.code}: ${verdict.why}`;
    default:
      return verdict satisfies never;
  }
}

function routeText({ route, farm, rules }: Explanation, paint: Paint): string[] {
  const title = paint("strong", "Route");
  if (route !== null) {
    const limits = route.limits.length === 0 ? "" : `  (${route.limits.join("; ")})`;
    const path = `${route.host ?? "*"}${route.path}${route.exact ? " exactly" : ""}`;
    return [`${title}  ${plainText(path)}${limits}`];
  }
  return farm !== null && rules.length > 0 ? [`${title}  none is needed: a rule names the farm`] : [];
}

function farmText({ name, balance, affinity, members }: ExplainedFarm, paint: Paint): string {
  const remembered = affinity === "" ? "" : `\n  ${plainText(affinity)}`;
  const rows = members.map((member) => memberRow(member, paint));
  const list = table(rows).replaceAll(/^/gm, "  ");
  return `${paint("strong", "Farm")}  ${plainText(name)}, balance ${balance}${remembered}\n${list}`;
}

function memberRow(member: ExplainedMember, paint: Paint): string[] {
  const { server, address, state, health, current, chosen, why } = member;
  const tone = health === "up" ? "good" : health === "down" ? "bad" : "warn";
  return [
    chosen ? paint("good", "->") : "  ",
    plainText(server),
    paint("faint", plainText(address)),
    health === "unknown" ? paint("faint", "?") : paint(tone, health === "down" ? "DOWN" : health),
    state === "available" ? "" : paint("warn", state),
    health === "unknown" ? "" : `${current} under way`,
    plainText(why),
  ];
}

function sentText({ requestLine, added, removed }: NonNullable<Explanation["sent"]>, paint: Paint): string {
  return [
    `${paint("strong", "Sent")}  ${plainText(requestLine)}`,
    ...added.map((line) => `  ${paint("good", "+")} ${plainText(line)}`),
    ...removed.map((line) => `  ${paint("bad", "-")} ${plainText(line)}`),
  ].join("\n");
}
