import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Balance } from "./balance.ts";

/** What every balance promises. */
export function describeBalance(name: string, create: () => Balance): void {
  describe(`${name} keeps the contract of a balance`, () => {
    it("always picks one of the candidates, however their number changes", () => {
      const counts = fc.array(fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40 });
      fc.assert(
        fc.property(counts, (rounds) => {
          const balance = create();
          for (const round of rounds) {
            const candidates = round.map((current) => ({ current, elsewhere: 0 }));
            assert.ok(candidates.includes(balance(candidates)));
          }
        }),
      );
    });

    it("gives equally busy members equal shares", () => {
      const balance = create();
      const candidates = [1, 1, 1].map((current) => ({ current, elsewhere: 0 }));
      const shares = candidates.map(() => 0);
      for (let request = 0; request < 300; request++) {
        const index = candidates.indexOf(balance(candidates));
        shares[index] = (shares[index] ?? 0) + 1;
      }
      assert.deepEqual(shares, [100, 100, 100]);
    });
  });
}
