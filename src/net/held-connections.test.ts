import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { HeldConnections } from "./held-connections.ts";

it("holds what a Set would hold", () => {
  const act = fc.record({ add: fc.boolean(), which: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const all = Array.from({ length: 10 }, () => ({ heldPlace: -1 }));
      const held = new HeldConnections<{ heldPlace: number }>();
      const expected = new Set<{ heldPlace: number }>();
      for (const { add, which } of acts) {
        const one = all[which];
        assert.ok(one);
        if (add) {
          held.add(one);
          expected.add(one);
        } else {
          held.delete(one);
          expected.delete(one);
        }
        assert.equal(held.size, expected.size);
        assert.deepEqual(new Set(held), expected);
      }
      for (const one of all) assert.equal(one.heldPlace === -1, !expected.has(one));
    }),
  );
});
