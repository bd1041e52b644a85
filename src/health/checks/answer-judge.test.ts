import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { aHealth, aMember } from "../../../test/support/configs.ts";
import type { HealthConfig, MemberConfig } from "../../config/farm-config.ts";
import { AnswerJudge, type Verdict } from "./answer-judge.ts";

/** Gives the answer in one piece, or in pieces of the sizes asked for, then closes. */
function judge(answer: string, health: HealthConfig, sizes: readonly number[] = []): Verdict {
  const judged = new AnswerJudge(health, aMember("cas1"));
  const bytes = Buffer.from(answer);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn] ?? bytes.length;
    const verdict = judged.read(bytes.subarray(at, at + size));
    if (verdict !== null) return verdict;
    at += size;
  }
  return judged.end();
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n200 OK<br/>CAS1.TAILS.";
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n200\r\n4;x=y\r\n OK<\r\n0\r\n\r\n";

const table: readonly [title: string, answer: string, health: Partial<HealthConfig>, ok: boolean, came: string][] = [
  ["accepts the expected status and text", ok, {}, true, "200 OK"],
  ["finds the text across chunks", chunked, {}, true, "200 OK"],
  ["finds the text in a body that ends with the connection", "HTTP/1.0 200 OK\r\n\r\n200 OK", {}, true, "200 OK"],
  [
    "reads past interim answers",
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n${ok}`,
    {},
    true,
    "200 OK",
  ],
  [
    "asks for no body where none is expected",
    "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
    { expect: { status: [[200, 299]], body: null } },
    true,
    "200 OK",
  ],
  [
    "says what a server error is in the server's words",
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    {},
    false,
    "503 Service Unavailable",
  ],
  [
    "knows the words where the server has none",
    "HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n",
    {},
    false,
    "503 Service Unavailable",
  ],
  [
    "says what was expected instead of a logon",
    "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    {},
    false,
    "401 Unauthorized, but 200 is expected",
  ],
  [
    "names ranges",
    "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    {
      expect: {
        status: [
          [200, 299],
          [401, 401],
        ],
        body: null,
      },
    },
    false,
    "302 Found, but 200-299, 401 is expected",
  ],
  [
    "misses the text",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfoo",
    {},
    false,
    '200 OK, but the body lacks "200 OK"',
  ],
  [
    "misses the text in an empty body",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    {},
    false,
    '200 OK, but the body lacks "200 OK"',
  ],
  [
    "does not take chunk framing for text",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n200\r\n3\r\n OK\r\n0\r\n\r\n",
    { expect: { status: [[200, 200]], body: "200\r\n" } },
    false,
    '200 OK, but the body lacks "200\\r\\n"',
  ],
  [
    "notices that the body ended early",
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nfoo",
    {},
    false,
    "200 OK, the answer ended early",
  ],
  [
    "notices a malformed chunk",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    {},
    false,
    "200 OK, but a malformed chunk in its body",
  ],
  ["notices that there is no answer", "", {}, false, "connection closed without an answer"],
  ["notices that the header ended early", "HTTP/1.1 200 OK\r\nContent-", {}, false, "the answer ended in its header"],
  [
    "refuses an answer that forwarding would refuse",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
    {},
    false,
    "the answer is not valid HTTP/1.1: a second length of the body",
  ],
  ["knows another protocol at its first bytes", "220 cas1 ESMTP", {}, false, "the answer is not HTTP"],
  [
    "reads no endless header",
    `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(20_000)}`,
    {},
    false,
    "the header of the answer is too large",
  ],
];

describe("AnswerJudge", () => {
  for (const [title, answer, health, expectedOk, came] of table) {
    it(title, () => {
      const verdict = judge(answer, aHealth(health));
      assert.deepEqual([verdict.ok, verdict.came], [expectedOk, came]);
    });

    it(`${title}, however the bytes are split`, () => {
      if (answer.length > 10_000) return;
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 60 }), (sizes) => {
          assert.deepEqual(judge(answer, aHealth(health), sizes), judge(answer, aHealth(health)));
        }),
        { numRuns: 50 },
      );
    });
  }

  it("searches the first 64 KiB of the body and reads no further", () => {
    const found = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(65_530)}200 OK`;
    const late = `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(65_531)}200 OK`;
    assert.equal(judge(found, aHealth(), [1000, 30_000]).ok, true);
    assert.equal(judge(late, aHealth(), [1000, 30_000]).came, '200 OK, but the body lacks "200 OK"');
  });

  it("judges before the end where the text was seen, so that a slow page does not fail", () => {
    const judged = new AnswerJudge(aHealth(), aMember("cas1"));
    assert.equal(judged.read(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n200 O")), null);
    assert.equal(judged.read(Buffer.from("K"))?.ok, true);
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const judged = new AnswerJudge(aHealth(), aMember("cas1"));
        const verdict = judged.read(Buffer.from(garbage)) ?? judged.end();
        assert.equal(verdict.ok, false);
      }),
    );
  });
});

const page = "200 OK<br/>EX2.tails.local";
const framings: readonly [title: string, answer: string][] = [
  ["with its length", `HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\n\r\n${page}`],
  [
    "in chunks",
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n200 OK\r\n14\r\n<br/>EX2.tails.local\r\n0\r\n\r\n`,
  ],
  ["that ends with the connection", `HTTP/1.1 200 OK\r\n\r\n${page}`],
];

const identities: readonly [title: string, member: Partial<MemberConfig>, ok: boolean, came: string][] = [
  [
    "another server",
    { identity: { own: null, others: ["ex2.tails.local"] } },
    false,
    "200 OK, but ex2.tails.local has answered",
  ],
  [
    "another server than the one that is named",
    { identity: { own: "ex1.tails.local", others: ["ex2.tails.local"] } },
    false,
    "200 OK, but ex2.tails.local has answered",
  ],
  [
    "nobody that is known",
    { identity: { own: "ex1.tails.local", others: [] } },
    false,
    "200 OK, but the body does not name ex1.tails.local",
  ],
  ["the one that is named", { identity: { own: "ex2.tails.local", others: ["ex1.tails.local"] } }, true, "200 OK"],
  [
    "the host itself",
    { host: "ex2.Tails.local", identity: { own: null, others: ["ex1.tails.local"] } },
    true,
    "200 OK",
  ],
];

describe("AnswerJudge of an answer", () => {
  for (const [framed, answer] of framings) {
    for (const [title, member, expectedOk, came] of identities) {
      it(`${framed} by ${title} gives the same verdict wherever it is split`, () => {
        for (let at = 1; at <= answer.length; at++) {
          const judged = new AnswerJudge(aHealth(), { ...aMember("cas1", "10.0.0.1"), ...member });
          const bytes = Buffer.from(answer);
          const verdict = judged.read(bytes.subarray(0, at)) ?? judged.read(bytes.subarray(at)) ?? judged.end();
          assert.deepEqual([verdict.ok, verdict.came], [expectedOk, came], `split at ${at}`);
        }
      });
    }
  }

  it("that has to name its server asks for the body where no text is expected", () => {
    const health = aHealth({ expect: { status: [[200, 200]], body: null } });
    const judged = new AnswerJudge(health, { host: "a", identity: { own: "ex1", others: [] } });
    assert.equal(judged.read(Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")), null);
    assert.equal(judged.read(Buffer.from("EX1"))?.ok, true);
  });

  it("that does not end in time is judged by what has come, if that is what was expected", () => {
    const member = { host: "a", identity: { own: null, others: ["ex2.tails.local"] } };
    const begun = (content: string): Verdict | null => {
      const judged = new AnswerJudge(aHealth(), member);
      assert.equal(judged.read(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${content}`)), null);
      return judged.timeUp();
    };
    assert.equal(begun("200 OK, and more comes")?.ok, true);
    assert.equal(begun(page)?.came, "200 OK, but ex2.tails.local has answered");
    assert.equal(begun("200"), null);
    assert.equal(new AnswerJudge(aHealth(), member).timeUp(), null);
  });
});
