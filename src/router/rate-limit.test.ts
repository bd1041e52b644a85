import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RateLimit } from "./rate-limit.ts";

const perSecond = (requests: number, burst = requests): RateLimit => new RateLimit({ requests, perMs: 1000, burst });

/** How many of `count` requests at the same time are let through. */
function taken(limit: RateLimit, client: string, now: number, count = 1000): number {
  return Array.from({ length: count }, () => limit.take(client, now)).filter(Boolean).length;
}

describe("a rate limit", () => {
  it("lets a burst through at once, then the rate", () => {
    const limit = perSecond(50, 100);
    assert.equal(taken(limit, "a", 5000), 100);
    assert.equal(taken(limit, "a", 5019), 0);
    assert.equal(taken(limit, "a", 5020), 1);
    assert.equal(taken(limit, "a", 5500), 24);
    assert.equal(taken(limit, "a", 7500), 100);
  });

  it("with a burst of one lets requests through one by one", () => {
    const limit = new RateLimit({ requests: 30, perMs: 60_000, burst: 1 });
    assert.equal(limit.retryAfterSeconds, 2);
    assert.deepEqual(
      [0, 1999, 2000, 2001, 3999, 4000].map((now) => limit.take("a", now)),
      [true, false, true, false, false, true],
    );
  });

  it("holds over a long time to the rate, however the requests come", () => {
    const limit = perSecond(10, 5);
    let passed = 0;
    for (let now = 0; now < 60_000; now += 7) passed += taken(limit, "a", now, 3);
    assert.ok(passed >= 599 && passed <= 605, `${passed}`);
  });

  it("counts each client apart", () => {
    const limit = perSecond(1, 2);
    assert.deepEqual(
      ["a", "b", "a", "b", "a", "b"].map((client) => limit.take(client, 0)),
      [true, true, true, true, false, false],
    );
  });

  it("forgets who has been away long enough to have all of the burst again, and nobody earlier", () => {
    const limit = perSecond(1, 10);
    assert.equal(taken(limit, "a", 0), 10);
    for (let now = 1000; now < 9000; now += 1000) limit.take(`b${now}`, now);
    assert.equal(taken(limit, "a", 9000), 9);
    for (let now = 20_000; now < 60_000; now += 5000) limit.take("c", now);
    assert.equal(limit.clients, 1);
  });

  it("remembers a bounded number of clients, those of late", () => {
    const limit = new RateLimit({ requests: 1, perMs: 1000, burst: 1000 }, { most: 100 });
    for (let client = 0; client < 10_000; client++) {
      limit.take(`stranger ${client}`, client);
      limit.take("regular", client);
      assert.ok(limit.clients <= 200);
    }
    assert.ok(taken(limit, "regular", 10_000) <= 20);
  });

  it("that is shared is one for all processes, as far as they have told each other", () => {
    const limits = [0, 1, 2].map(() => new RateLimit({ requests: 50, perMs: 1000, burst: 100 }, { shared: true }));
    let passed = 0;
    for (let now = 0; now < 10_000; now += 10) {
      // 500 requests per second, spread evenly.
      for (let request = 0; request < 5; request++) {
        if (limits[(now / 10 + request) % limits.length]?.take("a", now) === true) passed++;
      }
      if (now % 200 === 0) share(limits, now);
    }
    assert.ok(passed > 590 && passed < 700, `${passed} of 600`);
  });

  it("that is shared has a client pay back what others let through", () => {
    const limit = new RateLimit({ requests: 1, perMs: 1000, burst: 2 }, { shared: true });
    limit.spentElsewhere("a", 4, 0);
    assert.deepEqual(
      [0, 2999, 3000, 3001].map((now) => limit.take("a", now)),
      [false, false, true, false],
    );
  });

  it("tells of those who sent much, once", () => {
    const limit = new RateLimit({ requests: 1000, perMs: 1000, burst: 1000 }, { shared: true });
    taken(limit, "much", 0, 30);
    taken(limit, "little", 0, 5);
    assert.deepEqual(limit.spent(200), [["much", 30]]);
    assert.deepEqual(limit.spent(200), []);
    for (let client = 0; client < 5000; client++) taken(limit, `${client}`, 0, 20);
    assert.equal(limit.spent(200).length, 1000);
  });
});

/** Each tells all others. */
function share(limits: readonly RateLimit[], now: number): void {
  const told = limits.map((limit) => limit.spent(200));
  for (const [from, spent] of told.entries()) {
    for (const [to, limit] of limits.entries()) {
      if (to !== from) for (const [client, requests] of spent) limit.spentElsewhere(client, requests, now);
    }
  }
}
