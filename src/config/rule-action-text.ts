import type { ActionConfig, RuleConfig } from "../rules/rule-config.ts";

/** What a rule does, as a person would say it. Values that it sets are left out: some are keys. */
export function ruleActionText({ action, set, stop }: RuleConfig): string {
  const done = [actionText(action), setText(set)].filter((text) => text !== "");
  const ends = action.kind === "none" || action.kind === "rewrite";
  return [...done, ...(stop && ends ? ["stop"] : [])].join(", ");
}

function actionText(action: ActionConfig): string {
  switch (action.kind) {
    case "rewrite": {
      const farm = action.farm === null ? "" : `farm ${action.farm}`;
      if (action.url === null) return farm;
      return `${farm === "" ? "rewrites to" : `${farm} as`} ${action.url}${action.appendQuery ? "" : " alone"}`;
    }
    case "redirect":
      return `redirects to ${action.url} (${action.status})`;
    case "respond":
      return `answers ${action.status}${action.reason === "" ? "" : ` ${action.reason}`}`;
    case "abort":
      return "closes the connection";
    case "none":
      return "";
    default:
      return action satisfies never;
  }
}

function setText(set: RuleConfig["set"]): string {
  return set.length === 0 ? "" : `sets ${set.map(({ name }) => name).join(", ")}`;
}
