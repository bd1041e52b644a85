import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { askedOf } from "./support/asked-of-xml.ts";
import { IisSite } from "./support/iis-site.ts";
import { ImportedSite } from "./support/imported-site.ts";
import { randomArr, randomAsked } from "./support/random-arr.ts";
import { assertSameWay } from "./support/same-way.ts";

const folder = new URL("../../test/golden/import-arr/", import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".xml"))
  .map((name) => name.slice(0, -4));

/** What cannot be kept, of which the import must have told. */
const told: Readonly<Record<string, { readonly rules?: readonly string[]; readonly texts?: readonly string[] }>> = {
  maps: { rules: ["from a database", "either scheme"], texts: ['<set name="HTTP_CONNECTION">'] },
  "kitchen-sink": { rules: ["broken"], texts: ['statusCode="999"', '<server address="a b">'] },
};

describe("every request goes where the XML says", () => {
  for (const name of names) {
    const bytes = readFileSync(new URL(`${name}.xml`, folder));
    const xml = bytes.toString();
    const { rules = [], texts = [] } = told[name] ?? {};
    const iis = new IisSite(xml, rules);

    for (const presets of [true, false]) {
      const imported = new ImportedSite(bytes, { presets });

      it(`${name}, ${presets ? "with" : "without"} presets`, () => {
        fc.assert(
          fc.property(askedOf(xml), (asked) => assertSameWay(iis, imported, asked)),
          { numRuns: 2000 },
        );
      });
    }

    it(`${name}: what differs has been told`, () => {
      const { findings } = new ImportedSite(bytes, { presets: false });
      for (const text of [...rules.map((rule) => JSON.stringify(rule)), ...texts]) {
        assert.ok(
          findings.some(({ kind, read }) => kind !== "note" && read.includes(text)),
          text,
        );
      }
    });
  }
});

describe("random configurations", () => {
  it("route every request as the XML says", () => {
    const asked = fc.array(randomAsked, { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(randomArr, asked, (xml, all) => {
        const iis = new IisSite(xml);
        const imported = new ImportedSite(Buffer.from(xml), { presets: true });
        for (const one of all) assertSameWay(iis, imported, one);
      }),
      { numRuns: 500 },
    );
  });
});
