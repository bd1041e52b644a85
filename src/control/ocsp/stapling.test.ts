import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { FakeClock } from "../../../test/support/fake-clock.ts";
import { aCertificate, aListenerTls } from "../../../test/support/listener-tls.ts";
import { makeCertificate, type MadeCertificate } from "../../../test/support/make-certificates.ts";
import { opensslResponder } from "../../../test/support/ocsp-responder.ts";
import { aListener } from "../../../test/support/start-router.ts";
import { temporaryFolder, type TemporaryFolder } from "../../../test/support/temporary-folder.ts";
import { until } from "../../../test/support/until.ts";
import { runProgram } from "../../lab/testing/run-program.ts";
import type { Config } from "../../config/config.ts";
import type { OcspStaple } from "../../farm/messages.ts";
import { systemClock } from "../../util/clock.ts";
import type { Log } from "../../observe/log.ts";
import { ocspRequest } from "./ocsp-request.ts";
import { Stapling } from "./stapling.ts";

const hour = 3_600_000;

function start() {
  const clock = new FakeClock(systemClock.now() + 1000);
  const state = {
    sent: [] as readonly OcspStaple[],
    logged: [] as string[],
    asked: [] as string[],
    answer: null as Buffer | null,
  };
  const log: Log = (event) => void state.logged.push(event);
  const fetch = async (url: string): Promise<Buffer> => {
    state.asked.push(url);
    if (state.answer === null) throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    return state.answer;
  };
  const stapling = new Stapling({ clock, log, fetch, send: (staples) => (state.sent = staples) });
  return { clock, state, stapling };
}

const missing = (await runProgram("openssl", ["version"])) === null ? "openssl is not installed" : false;

describe("stapling", { skip: missing }, () => {
  let folder: TemporaryFolder;
  let ca: MadeCertificate;
  let leaf: MadeCertificate;
  /** Good for four days from now. */
  let good: Buffer;
  before(async () => {
    folder = await temporaryFolder();
    ca = await makeCertificate({ name: "CA", ca: true });
    leaf = await makeCertificate({ name: "mail.test", by: ca, ocsp: "http://ocsp.test/" });
    const known = [{ certificate: leaf, revoked: false }];
    const responder = await opensslResponder({ folder: folder.path, ca, signer: ca, known });
    good = await responder("", ocspRequest(new X509Certificate(leaf.certificate), new X509Certificate(ca.certificate)));
  });
  after(() => folder.remove());

  const listenersOf = (made: MadeCertificate): Pick<Config, "listeners"> => {
    const certificate = aCertificate({ certificate: made.certificate + ca.certificate, key: made.key });
    return { listeners: [aListener({ tls: aListenerTls([certificate]) })] };
  };

  it("has a response soon, asks again when half of its time is over, and drops it when it is over", async () => {
    const { clock, state, stapling } = start();
    state.answer = good;
    stapling.apply(listenersOf(leaf));
    assert.deepEqual(stapling.staples(), []);
    await until(() => state.sent.length === 1);
    assert.equal(state.sent[0]?.response, good.toString("base64"));
    assert.deepEqual(state.asked, ["http://ocsp.test/"]);
    // Not more seldom than twice a day.
    await clock.advance(12 * hour - 2000);
    assert.equal(state.asked.length, 1);
    await clock.advance(4000);
    assert.equal(state.asked.length, 2);
    state.answer = null;
    await clock.advance(83 * hour);
    assert.equal(state.sent.length, 1);
    assert.deepEqual(new Set(state.logged), new Set(["certificate.status-known"]));
    await clock.advance(2 * hour);
    assert.deepEqual(state.sent, []);
    assert.equal(state.logged.at(-1), "certificate.status-unknown");
    stapling.close();
    assert.equal(clock.pending, 0);
  });

  it("says once that no response can be had, tries again, and keeps what it has over a reload", async () => {
    const { clock, state, stapling } = start();
    stapling.apply(listenersOf(leaf));
    await clock.advance(10 * hour);
    assert.deepEqual(state.logged, ["certificate.status-unknown"]);
    assert.ok(state.asked.length > 10 && state.asked.length < 30, String(state.asked.length));
    state.answer = good;
    await clock.advance(hour);
    assert.equal(state.sent.length, 1);
    const asked = state.asked.length;
    stapling.apply(listenersOf(leaf));
    assert.equal(stapling.staples().length, 1);
    assert.equal(state.asked.length, asked);
    stapling.apply({ listeners: [] });
    assert.deepEqual(stapling.staples(), []);
    assert.equal(clock.pending, 0);
  });

  it("is an error to be without where the certificate demands it", async () => {
    const must = await makeCertificate({ name: "mail.test", by: ca, ocsp: "http://ocsp.test/", mustStaple: true });
    const unnamed = await makeCertificate({ name: "mail.test", by: ca, mustStaple: true });
    for (const made of [must, unnamed]) {
      const { clock, state, stapling } = start();
      stapling.apply(listenersOf(made));
      await clock.advance(hour);
      assert.deepEqual(state.logged, ["certificate.staple-missing"]);
      stapling.close();
    }
  });

  it("staples nothing that is about another certificate, or says that it was revoked", async () => {
    const other = await makeCertificate({ name: "mail.test", by: ca, ocsp: "http://ocsp.test/" });
    const { clock, state, stapling } = start();
    state.answer = good;
    stapling.apply(listenersOf(other));
    await clock.advance(1000);
    assert.deepEqual(state.sent, []);
    assert.deepEqual(state.logged, ["certificate.status-unknown"]);
    stapling.close();
  });
});
