import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readRequests, type Reading } from "./read-requests.ts";
import { requestCases } from "./requests.ts";

function verdictOf({ requests, ending }: Reading): string[] {
  const lines = requests.map(({ method, target, framing, content }) =>
    `${method} ${target} ${framing} ${content}`.trimEnd(),
  );
  return ending === "open" ? lines : [...lines, ending];
}

describe("the corpus of requests that parsers disagree about", () => {
  it("has every name once", () => {
    const names = requestCases.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  for (const { name, raw, verdict } of requestCases) {
    it(name, () => {
      const bytes = Buffer.from(raw, "latin1");
      assert.deepEqual(
        verdictOf(readRequests([bytes])),
        verdict.map((line) => line.trimEnd()),
      );
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      assert.deepEqual(
        verdictOf(readRequests(single)),
        verdict.map((line) => line.trimEnd()),
        "byte by byte",
      );
      for (let at = 1; at < bytes.length; at++) {
        const halves = [bytes.subarray(0, at), bytes.subarray(at)];
        assert.deepEqual(
          verdictOf(readRequests(halves)),
          verdict.map((line) => line.trimEnd()),
          `split at ${at}`,
        );
      }
    });
  }
});
