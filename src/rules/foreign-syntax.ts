import { scanPattern, type PatternPlace } from "./pattern-scan.ts";

type Advice = readonly [form: RegExp, remedy: string];

const caseRemedy = 'leave it out: rules ignore case unless "ignoreCase" says otherwise';

/** What .NET has and JavaScript reads as something else, or not at all. */
const advices: Readonly<Record<PatternPlace["kind"], readonly Advice[]>> = {
  escape: [
    [/\\A/y, "write ^"],
    [/\\[Zz]/y, "write $"],
    [/\\G/y, "write ^"],
    [/\\[Pp]\{\^?\w+\}/y, "write the characters as a class, such as [A-Za-z]"],
    [/\\a/y, String.raw`write \x07`],
    [/\\e/y, String.raw`write \x1b`],
    [/\\k'\w+'/y, String.raw`write \k<name>`],
  ],
  class: [[/\[[^\]]*-\[[^\]]*\]\]/y, "classes can't be subtracted: write the class that is left"]],
  other: [
    [/\(\?i\)/y, caseRemedy],
    [/\(\?i:/y, `write (?: and ${caseRemedy}`],
    [/\(\?s[):]/y, "write [^] where a dot has to match line breaks"],
    [/\(\?[imnsx]*-?[imnsx]+[):]/y, "flags can't be switched inside a pattern: leave it out"],
    [/\(\?'\w+'/y, "write (?<name>"],
    [/\(\?P</y, "write (?<name>"],
    [/\(\?<\w*-\w+>/y, "there are no balancing groups"],
    [/\(\?>/y, "write (?: since no pattern can be slow here"],
    [/\(\?#/y, "leave the comment out"],
    [/\(\?\(/y, "write the two cases as alternatives"],
    [/(?:[*+?]|\{\d+(?:,\d*)?\})\+/y, 'leave the last "+" out, since no pattern can be slow here'],
  ],
};

/** The first piece of .NET's own syntax and what to write in its place; null = there is none. */
export function foreignSyntax(source: string): string | null {
  for (const { kind, start } of scanPattern(source)) {
    for (const [form, remedy] of advices[kind]) {
      form.lastIndex = start;
      const found = form.exec(source);
      if (found !== null) return `${found[0]} at character ${start + 1} means something in .NET alone; ${remedy}`;
    }
  }
  return null;
}
