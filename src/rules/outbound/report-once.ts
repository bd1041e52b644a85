import type { ReportProblem } from "./body-rule.ts";

/** Each problem of each rule once, and no more than `most` of them: members choose what charset they name. */
export function reportOnce(report: ReportProblem, most = Infinity): ReportProblem {
  const told = new Set<string>();
  return (problem, detail) => {
    const key = `${problem} ${detail}`;
    if (told.has(key) || told.size >= most) return;
    told.add(key);
    report(problem, detail);
  };
}
