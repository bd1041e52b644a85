import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Bindings } from "./bindings.ts";
import { digestOf } from "./key-digest.ts";

const idleMs = 1600;
const bindings = (limit = 100): Bindings => new Bindings({ idleMs, secret: false, limit });

describe("bindings", () => {
  it("say to which server a key is bound, until it is bound anew", () => {
    const bound = bindings();
    assert.equal(bound.serverOf("a", 0), null);
    bound.bind("a", "cas1", 0);
    bound.bind("b", "cas2", 0);
    assert.deepEqual([bound.serverOf("a", 1), bound.serverOf("b", 1), bound.serverOf("c", 1)], ["cas1", "cas2", null]);
    bound.bind("a", "cas2", 2);
    assert.equal(bound.serverOf("a", 3), "cas2");
  });

  it("are all told once more where somebody knows none, whoever has bound them", () => {
    const bound = bindings();
    bound.bind("a", "cas1", 0);
    bound.learn([["b", "cas2", 1]], 1);
    assert.deepEqual(bound.takeNew(), [["a", "cas1", 0]]);
    assert.deepEqual(bound.takeNew(), []);
    bound.tellAll();
    assert.deepEqual(bound.takeNew(), [
      ["a", "cas1", 0],
      ["b", "cas2", 1],
    ]);
  });

  it("know no key that is empty", () => {
    const bound = bindings();
    bound.bind("", "cas1", 0);
    assert.deepEqual([bound.serverOf("", 0), bound.size], [null, 0]);
  });

  it("last as long as they are used, and the idle time after", () => {
    const bound = bindings();
    bound.bind("a", "cas1", 0);
    for (let now = 0; now <= 10_000; now += idleMs - 1) assert.equal(bound.serverOf("a", now), "cas1");
    const last = Math.floor(10_000 / (idleMs - 1)) * (idleMs - 1);
    assert.equal(bound.serverOf("a", last + idleMs), null);
    assert.equal(bound.size, 0);
  });

  it("are given up when others come, where nobody asks for them", () => {
    const bound = bindings();
    for (let key = 0; key < 50; key++) bound.bind(`old${key}`, "cas1", 0);
    for (let key = 0; key < 50; key++) bound.bind(`new${key}`, "cas1", idleMs);
    assert.equal(bound.size, 50);
    const learnt = bindings();
    for (let key = 0; key < 50; key++) learnt.bind(`old${key}`, "cas1", 0);
    learnt.learn(bound.takeNew(), idleMs);
    assert.equal(learnt.size, 50);
  });

  it("are bounded: who has not been seen for longest makes place", () => {
    const bound = bindings(3);
    for (const [index, key] of ["a", "b", "c"].entries()) bound.bind(key, "cas1", index);
    assert.equal(bound.serverOf("a", 200), "cas1");
    bound.bind("d", "cas1", 201);
    assert.deepEqual(
      ["a", "b", "c", "d"].map((key) => bound.serverOf(key, 202)),
      ["cas1", null, "cas1", "cas1"],
    );
    assert.ok(bound.takeNew().every(([key]) => key !== "b"));
  });

  it("keep of secrets and of long keys their digests alone", () => {
    const secret = new Bindings({ idleMs, secret: true });
    secret.bind("Basic YTpi", "cas1", 0);
    assert.equal(secret.serverOf("Basic YTpi", 0), "cas1");
    assert.deepEqual(secret.takeNew(), [[digestOf("Basic YTpi"), "cas1", 0]]);
    const bound = bindings();
    const long = "x".repeat(257);
    bound.bind(long, "cas1", 0);
    bound.bind(long.slice(1), "cas2", 0);
    assert.deepEqual([bound.serverOf(long, 0), bound.serverOf(long.slice(1), 0)], ["cas1", "cas2"]);
    assert.deepEqual(
      bound.takeNew().map(([key]) => key),
      [digestOf(long), long.slice(1)],
    );
    assert.match(digestOf(long), /^[\w+/]{22}$/);
  });
});

describe("bindings of several processes", () => {
  it("tell what is new, once, and nothing that they were told", () => {
    const [one, other] = [bindings(), bindings()];
    one.bind("a", "cas1", 5);
    other.learn(one.takeNew(), 6);
    assert.equal(other.serverOf("a", 7), "cas1");
    assert.deepEqual([one.takeNew(), other.takeNew()], [[], []]);
    one.bind("a", "cas2", 8);
    other.learn(one.takeNew(), 9);
    assert.equal(other.serverOf("a", 10), "cas2");
  });

  it("tell now and then of what is in use, so that others keep it", () => {
    const [one, other] = [bindings(), bindings()];
    one.bind("a", "cas1", 0);
    let told = 0;
    for (let now = 0; now <= 10 * idleMs; now += 10) {
      assert.equal(one.serverOf("a", now), "cas1");
      const entries = one.takeNew();
      told += entries.length;
      other.learn(entries, now);
    }
    assert.equal(other.serverOf("a", 11 * idleMs - 100), "cas1");
    assert.ok(told > 100 && told <= 161, `${told}`);
  });

  it("tell a bounded number at a time", () => {
    const one = new Bindings({ idleMs, secret: false });
    for (let key = 0; key < 10_001; key++) one.bind(`${key}`, "cas1", 0);
    assert.deepEqual([one.takeNew().length, one.takeNew().length, one.takeNew().length], [10_000, 1, 0]);
  });

  it("agree in the end, whatever each of them bound", () => {
    const step = fc.tuple(fc.nat(2), fc.constantFrom("a", "b"), fc.constantFrom("cas1", "cas2", "cas3"), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const all = [bindings(), bindings(), bindings()];
        const share = (now: number): void => {
          for (const one of all) {
            const entries = one.takeNew();
            for (const other of all) if (other !== one) other.learn(entries, now);
          }
        };
        let now = 0;
        for (const [process, key, server, together] of steps) {
          if (!together) now += 1;
          all[process]?.bind(key, server, now);
          if (now % 4 === 0) share(now);
        }
        share(now);
        share(now);
        for (const key of ["a", "b"]) assert.equal(new Set(all.map((one) => one.serverOf(key, now))).size, 1);
      }),
    );
  });
});
