import type { ArrRule } from "./arr-rule.ts";
import { FarmPlan, type Scheme } from "./farm-plan.ts";
import type { ImportFindings } from "./import-finding.ts";
import type { ArrFarm } from "./read-farms.ts";
import { mapHosts, type ArrMap } from "./read-maps.ts";
import type { ArrProxy } from "./read-proxy.ts";
import { rewriteTarget } from "./rewrite-target.ts";

export interface FarmSources {
  readonly farms: readonly ArrFarm[];
  readonly rules: readonly ArrRule[];
  readonly maps: readonly ArrMap[];
  readonly proxy: ArrProxy;
}

/** Which farms the rules need, by which scheme. */
export function planFarms({ farms, rules, maps, proxy }: FarmSources, findings: ImportFindings): FarmPlan {
  const plan = new FarmPlan(farms, proxy.protocol);
  const dynamic: { readonly keys: readonly string[]; readonly scheme: Scheme }[] = [];
  for (const rule of rules) {
    if (rule.action.type !== "Rewrite" || !rule.enabled) continue;
    const target = rewriteTarget(rule.action.url);
    if (target.kind !== "absolute") continue;
    const { host, port, scheme } = target;
    if (host.includes("{")) dynamic.push({ keys: useAll(host, scheme, { plan, maps, rule, findings }), scheme });
    else {
      plan.use(host, port, scheme);
      tellOfPlain(rule, host, { plan, proxy, findings });
    }
  }
  sameSchemes(plan, dynamic);
  useTheRest(plan, rules, findings);
  return plan;
}

interface Around {
  readonly plan: FarmPlan;
  readonly maps: readonly ArrMap[];
  readonly rule: ArrRule;
  readonly findings: ImportFindings;
}

function useAll(host: string, scheme: Scheme, { plan, maps, rule, findings }: Around): readonly string[] {
  const fromMap = mapHosts(host, maps);
  if (fromMap === null) {
    const read = `the action of the rule ${JSON.stringify(rule.name)}`;
    const result = `the farm whose name is ${host}`;
    findings.changed(
      rule.action.place,
      read,
      result,
      "a request for which no farm has that name gets 503, whatever host it names",
    );
  }
  return (fromMap ?? plan.farmKeys()).flatMap((value) => {
    const { name = value, port } = /^(?<name>.*?)(?::(?<port>\d+))?$/.exec(value)?.groups ?? {};
    return plan.use(name, port === undefined ? null : Number(port), scheme) ?? [];
  });
}

/** The name of a farm is made by a template: either all have a second one for plain HTTP, or none. */
function sameSchemes(
  plan: FarmPlan,
  dynamic: readonly { readonly keys: readonly string[]; readonly scheme: Scheme }[],
): void {
  for (const { keys, scheme } of dynamic) {
    if (scheme === "https" || !keys.some((key) => plan.schemesOf(key).has("https"))) continue;
    for (const key of keys) for (const one of ["https", "http"] as const) plan.use(key, null, one);
  }
}

/** Farms that no rule leads to, or none that is switched on. */
function useTheRest(plan: FarmPlan, rules: readonly ArrRule[], findings: ImportFindings): void {
  const sleeping = new Map(
    rules.flatMap(({ action }) => {
      const target = action.type === "Rewrite" ? rewriteTarget(action.url) : null;
      return target?.kind === "absolute" ? [[target.host.toLowerCase(), target.scheme] as const] : [];
    }),
  );
  for (const key of plan.farmKeys()) {
    const farm = plan.farmOf(key);
    if (farm === null || plan.schemesOf(key).size > 0) continue;
    const asleep = sleeping.get(key);
    plan.use(key, null, asleep ?? farm.health?.scheme ?? "http");
    const read = `<webFarm name=${JSON.stringify(farm.name)}>`;
    const result = farm.members.length > 0 ? "a farm that nothing leads to" : "no farm, as it has no server";
    findings.note(
      farm.place,
      read,
      result,
      asleep === undefined ? "no rule leads to it" : "its rules are switched off",
    );
  }
}

interface PlainAround {
  readonly plan: FarmPlan;
  readonly proxy: ArrProxy;
  readonly findings: ImportFindings;
}

function tellOfPlain({ name, action }: ArrRule, host: string, { plan, proxy, findings }: PlainAround): void {
  if (plan.isFarm(host)) return;
  const read = `the action of the rule ${JSON.stringify(name)}`;
  const off = proxy.enabled ? "" : "; <proxy enabled> is not true, so that IIS refuses such requests";
  findings.note(
    action.place,
    read,
    `${host} is no server farm: it became a farm with this one server`,
    `its check is off${off}`,
  );
}
