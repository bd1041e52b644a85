import { compilePattern } from "../../dist/src/rules/pattern.js";

/** What matches, and what does not. */
const path = ["app7/some/page.aspx", "app7/some/other.html"];
const host = ["mail.host7.test", "mail.host8.test"];

const cases = [
  { syntax: "wildcard", source: "mail.host7.*", inputs: host },
  { syntax: "ecmascript", source: "^(www|mail)\\.host7\\.", inputs: host },
  { syntax: "ecmascript", source: "^([^/]+)/some/(page)\\.aspx$", inputs: path },
  { syntax: "ecmascript", source: "^([^/]+/)*page\\.aspx$", inputs: path },
  { syntax: "ecmascript", source: "(.*)/(.*)/(.*)\\.aspx", inputs: path },
];

/** Nanoseconds for one match, and for one that fails, here and in the native engine alone, where the pattern can run there. */
export function patternCosts() {
  return cases.map(({ source, syntax, inputs }) => {
    const { ok, pattern, fault } = compilePattern(source, syntax, true);
    if (!ok) throw new Error(fault);
    const own = (text) => pattern.match(text);
    const regex = syntax === "ecmascript" ? new RegExp(source, "i") : null;
    const native = regex === null ? null : (text) => regex.exec(text);
    if (own(inputs[0]) === null || own(inputs[1]) !== null) throw new Error(`${source} does not match as it should`);
    const [ownTimes, nativeTimes] = inTurn([own, native], inputs);
    return { source, engine: pattern.engine, own: ownTimes, native: nativeTimes };
  });
}

const rounds = 9;

/** For each function and input the least of the rounds: the others were disturbed, or the compiler was at work. */
function inTurn(functions, inputs) {
  const least = functions.map(() => inputs.map(() => Infinity));
  for (let round = 0; round < rounds; round++) {
    for (const [at, match] of functions.entries()) {
      if (match === null) continue;
      for (const [which, input] of inputs.entries()) {
        least[at][which] = Math.min(least[at][which], timed(match, input));
      }
    }
  }
  return least.map((times, at) => (functions[at] === null ? null : times));
}

function timed(match, input) {
  const times = 20_000;
  const started = process.hrtime.bigint();
  for (let at = 0; at < times; at++) match(input);
  return Number(process.hrtime.bigint() - started) / times;
}
