import { compilePattern } from "../../dist/src/rules/pattern.js";

/** Written for each engine so that they have the same work; the last one is what an administrator would write. */
const cases = [
  { title: "`host7.*`, a wildcard", source: "host7.*", syntax: "wildcard", input: "host7.bench.test" },
  { title: "`^app7(/.*)?$`", source: "^app7(/.*)?$", syntax: "ecmascript", input: "app7/some/page.aspx" },
  {
    title: "`^(www\\|mail)\\.host7\\.`",
    source: "^(www|mail)\\.host7\\.",
    syntax: "ecmascript",
    input: "mail.host7.test",
  },
  {
    title: "`^([^/]+/)*page\\.aspx$`",
    source: "^([^/]+/)*page\\.aspx$",
    syntax: "ecmascript",
    input: "app7/some/page.aspx",
  },
  {
    title: "`(.*)/(.*)/(.*)\\.aspx`",
    source: "(.*)/(.*)/(.*)\\.aspx",
    syntax: "ecmascript",
    input: "app7/some/page.aspx",
  },
];

/** Nanoseconds for one match in the engine that was chosen, and in the native one where the pattern would run there. */
export function patternCosts() {
  return cases.map(({ title, source, syntax, input }) => {
    const { ok, pattern, fault } = compilePattern(source, syntax, true);
    if (!ok) throw new Error(fault);
    const native = syntax === "ecmascript" ? new RegExp(source, "i") : null;
    if (pattern.match(input) === null) throw new Error(`${source} does not match ${input}`);
    const [own, plain] = inTurn(
      (text) => pattern.match(text),
      native === null ? null : (text) => native.exec(text),
      input,
    );
    return { title, engine: pattern.engine, ns: own, nativeNs: plain };
  });
}

const rounds = 7;

function inTurn(one, other, input) {
  const times = Array.from({ length: rounds }, () => [timed(one, input), other === null ? null : timed(other, input)]);
  // The first rounds are those of a compiler that is at work.
  const settled = times.slice(2);
  return [0, 1].map((at) => (settled[0][at] === null ? null : Math.min(...settled.map((pair) => pair[at]))));
}

function timed(match, input) {
  const times = 100_000;
  const started = process.hrtime.bigint();
  // Two inputs, so that no compiler can keep what the last one gave.
  for (let at = 0; at < times; at++) match(at % 2 === 0 ? input : `${input}?`.slice(0, -1));
  return Number(process.hrtime.bigint() - started) / times;
}
