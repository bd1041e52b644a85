import assert from "node:assert/strict";
import { test } from "node:test";
import type { Explanation } from "../../src/explain/explanation.ts";
import { startSite, type ExpandedDocument } from "../support/lab-site.ts";
import { fairlead } from "../support/program.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

function withRule(document: ExpandedDocument): void {
  Object.assign(document, {
    rules: [{ name: "old name", path: "^exchange(/.*)?$", redirect: "https://{HTTP_HOST}/owa{R:1}", status: 302 }],
  });
}

test(
  "explain shows the way of a request through a running router, and why a server is not chosen",
  { timeout },
  async (t) => {
    const site = await startSite(t, { layout: "single-namespace", change: withRule });
    site.lab.stop("cas1", "owa");
    await until(async () => (await site.member("owa", "cas1")).healthy === false);
    const ask = async (path: string, ...more: string[]): Promise<string> => {
      const url = `https://mail.exchange.localhost:${site.httpsPort}${path}`;
      const { code, output, errors } = await fairlead(["explain", url, "--admin", site.adminUrl, ...more]);
      assert.equal(code, 0, errors);
      return output;
    };
    const text = await ask("/owa/x?y", "-H", "Cookie: a=b", "--from", "10.1.2.3");
    assert.match(text, /^GET https:\/\/mail\.exchange\.localhost:\d+\/owa\/x\?y\n  -> cas2, member of the farm owa\n/);
    assert.match(text, /\n      cas1 +https:\/\/\S+ +DOWN +\d+ under way +it is down: .*503/);
    assert.match(text, /\n  -> +cas2 +https:\/\/\S+ +up +\d+ under way +the fewest requests under way/);
    assert.match(text, /\n  \+ X-Forwarded-For: 10\.1\.2\.3\n/);
    assert.match(
      await ask("/exchange/inbox"),
      /-> 302 to https:\/\/mail\.exchange\.localhost:\d+\/owa\/inbox, by old name\n/,
    );
    const ews: Explanation = JSON.parse(await ask("/ews/exchange.asmx", "--json"));
    assert.equal(ews.verdict.kind, "forward");
    assert.deepEqual(
      ews.farm?.members.map(({ server, health }) => [server, health]),
      [
        ["cas1", "up"],
        ["cas2", "up"],
      ],
    );
    // What is explained is not sent.
    assert.equal(
      (await site.farms()).flatMap(({ members }) => members).reduce((sum, { total }) => sum + total, 0),
      0,
    );
    const wrong = await fairlead(["explain", "mail.x.test", "--admin", site.adminUrl]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.errors, /"mail\.x\.test" is not a URL: write one such as https:\/\/mail\.example\.com\/owa/);
  },
);
