import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createBodyRewriter } from "./body-rewriter.ts";
import type { BodyRule } from "./body-rule.ts";
import { aHead, aRule, aTagRule, type Told } from "./rules.fixture.ts";

const onText = [aRule("a", "b")];
const onTags = [aTagRule(["a href"], "a", "b")];

function applies(lines: readonly string[], rules: readonly BodyRule[] = onText, status = 200): boolean {
  return createBodyRewriter(aHead(lines, status), rules, () => assert.fail("told")) !== null;
}

function codingOf(value: string): string | undefined {
  const head = aHead(["Content-Type: text/html", `Content-Encoding: ${value}`]);
  return createBodyRewriter(head, onText, () => undefined)?.coding;
}

describe("rules on bodies", () => {
  for (const type of [
    "text/html",
    "text/plain; charset=UTF-8",
    'Text/CSS;a=b; Charset="us-ascii"',
    "text/event-stream",
    "application/json",
    "application/problem+json",
    "application/xml",
    "image/svg+xml",
    "application/javascript",
    "text/html; charset=windows-1252",
  ]) {
    it(`apply to ${type}`, () => assert.ok(applies([`Content-Type: ${type}`])));
  }

  for (const type of [
    "image/png",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "application/wasm",
    "",
  ]) {
    it(`do not apply to ${type === "" ? "nothing" : type}`, () => assert.ok(!applies([`Content-Type: ${type}`])));
  }

  it("do not apply where there is no type", () => assert.ok(!applies([])));

  it("on tags apply to HTML only", () => {
    assert.ok(applies(["Content-Type: text/html"], onTags));
    assert.ok(applies(["Content-Type: application/xhtml+xml"], onTags));
    assert.ok(!applies(["Content-Type: text/xml"], onTags));
    assert.ok(!applies(["Content-Type: application/json"], onTags));
  });

  for (const status of [204, 205, 206, 304]) {
    it(`do not apply to a ${status}`, () => assert.ok(!applies(["Content-Type: text/html"], onText, status)));
  }

  it("apply to errors as to all that has a body", () => {
    for (const status of [404, 500, 301]) assert.ok(applies(["Content-Type: text/html"], onText, status));
  });

  it("do not apply to a part, nor to what nobody may change", () => {
    const html = "Content-Type: text/html";
    assert.ok(!applies([html, "Content-Range: bytes 0-1/2"]));
    assert.ok(!applies([html, "Cache-Control: no-transform"]));
    assert.ok(!applies([html, "Cache-Control: private", "cache-control: max-age=1, No-Transform"]));
    assert.ok(applies([html, "Cache-Control: no-transformers, max-age=1"]));
  });

  it("name the coding of the body", () => {
    assert.deepEqual(["gzip", "x-gzip", "GZIP", "deflate", "br", "identity", "zstd", "gzip, br"].map(codingOf), [
      "gzip",
      "gzip",
      "gzip",
      "deflate",
      "br",
      "identity",
      undefined,
      undefined,
    ]);
  });

  it("tell which coding or charset they do not know", () => {
    const told: Told[] = [];
    const report = (problem: string, detail: string): unknown => told.push({ problem, detail });
    createBodyRewriter(aHead(["Content-Type: text/html", "Content-Encoding: zstd"]), onText, report);
    createBodyRewriter(aHead(["Content-Type: text/html; charset=UTF-16"]), onText, report);
    createBodyRewriter(aHead(["Content-Type: image/png", "Content-Encoding: zstd"]), onText, report);
    assert.deepEqual(told, [
      { problem: "coding", detail: "zstd" },
      { problem: "charset", detail: "utf-16" },
    ]);
  });
});
