import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { aCertificate, aListenerTls } from "../../test/support/listener-tls.ts";
import { makeCertificate } from "../../test/support/make-certificates.ts";
import { aListener } from "../../test/support/start-router.ts";
import type { Log } from "../observe/log.ts";
import { ExpiryWatch } from "./expiry-watch.ts";

const day = 86_400_000;

describe("the watch over certificates' expiry", () => {
  it("says each threshold once, and nothing more of a certificate that was replaced", async () => {
    const clock = new FakeClock(Date.UTC(2043, 10, 20));
    const said: string[] = [];
    const log: Log = (event, fields) => void said.push([event, ...Object.values(fields)].join(" "));
    const watch = new ExpiryWatch(clock, log);
    const first = aCertificate(await makeCertificate({ name: "a.test" }));
    const second = aCertificate(await makeCertificate({ name: "b.test", until: Date.UTC(2043, 11, 31, 12) }));
    const listener = aListener({ tls: aListenerTls([first, second]) });
    watch.apply({ listeners: [listener, listener] });
    assert.deepEqual(said, []);
    for (let days = 0; days < 44; days++) {
      await clock.advance(day);
      if (days === 30) watch.apply({ listeners: [listener] });
    }
    assert.deepEqual(said, [
      "certificate.expires-soon test.pem b.test 2043-12-31T12:00:00.000Z 30",
      "certificate.expires-soon test.pem a.test 2044-01-01T00:00:00.000Z 30",
      "certificate.expires-soon test.pem b.test 2043-12-31T12:00:00.000Z 7",
      "certificate.expires-soon test.pem a.test 2044-01-01T00:00:00.000Z 7",
      "certificate.expires-soon test.pem b.test 2043-12-31T12:00:00.000Z 1",
      "certificate.expires-soon test.pem a.test 2044-01-01T00:00:00.000Z 1",
      "certificate.expired test.pem b.test 2043-12-31T12:00:00.000Z",
      "certificate.expired test.pem a.test 2044-01-01T00:00:00.000Z",
    ]);
    const renewed = aCertificate(await makeCertificate({ name: "a.test", until: Date.UTC(2060, 0) }));
    watch.apply({ listeners: [aListener({ tls: aListenerTls([renewed]) })] });
    await clock.advance(day);
    assert.equal(said.length, 8);
    watch.close();
    assert.equal(clock.pending, 0);
  });
});
