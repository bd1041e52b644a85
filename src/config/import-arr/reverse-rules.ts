import type { PlannedFarm } from "./farm-plan.ts";
import type { OutboundRuleInput } from "./import-document.ts";
import type { ImportFindings } from "./import-finding.ts";

/**
 * IIS puts its own host into redirects of hosts that are no farm, which call themselves by the name they were asked for.
 * A path alone means the same to the client.
 */
export function reverseRules(planned: readonly PlannedFarm[], findings: ImportFindings): readonly OutboundRuleInput[] {
  const hosts = planned.flatMap(({ farm, plain }) =>
    plain && farm.protocol.reverseRewrite && !farm.protocol.preserveHost
      ? farm.members.map(({ address }) => address)
      : [],
  );
  return [...new Set(hosts)].map((host) => {
    const rule = {
      name: `redirects of ${host}`,
      header: "Location",
      pattern: `^https?://${host.replaceAll(/[.[\]]/g, String.raw`\$&`)}(?::\\d+)?(/.*)$`,
      value: "{R:1}",
    };
    const result = `the outbound rule "${rule.name}", for the header Location`;
    const consequence = "Content-Location and the Domain of cookies stay as they are";
    findings.changed(
      { line: 1, column: 1 },
      `reverseRewriteHostInResponseHeaders of <proxy> for ${host}`,
      result,
      consequence,
    );
    return rule;
  });
}
