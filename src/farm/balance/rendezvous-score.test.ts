import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { rendezvousScore } from "./rendezvous-score.ts";

const number32 = fc.nat(2 ** 32 - 1);

it("is a positive number that grows with the weight", () => {
  const weights = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(number32, number32, weights, (seed, keyHash, weight) => {
      const score = rendezvousScore({ seed, weight }, keyHash);
      assert.ok(score > 0 && Number.isFinite(score));
      assert.ok(rendezvousScore({ seed, weight: weight * 1.5 }, keyHash) > score);
    }),
  );
});

it("stays the same in every version, since routers of two versions may share a farm", () => {
  assert.equal(rendezvousScore({ seed: 1, weight: 2 }, 3).toFixed(9), "2.789950281");
});
