import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { identityFault, isIdentified } from "./server-identity.ts";

interface Asked {
  readonly host?: string;
  readonly own?: string | null;
  readonly others?: readonly string[];
}

const member = ({ host = "10.0.0.1", own = null, others = [] }: Asked) => ({ host, identity: { own, others } });

const ex2 = "ex2.tails.local";
const answered = `but ${ex2} has answered`;

const table: readonly [title: string, asked: Asked, content: string, fault: string | null][] = [
  ["nothing is known of anybody", {}, "EX2.TAILS.LOCAL", null],
  ["the answer names nobody", { others: [ex2] }, "200 OK", null],
  ["another server answers", { others: [ex2] }, "200 OK<br/>EX2.TAILS.LOCAL", answered],
  ["its own host stands there too", { host: "Ex1.tails.local", others: [ex2] }, `ex1.TAILS.local ${ex2}`, null],
  ["its own name stands there too", { own: "ex1", others: [ex2] }, `EX1 ${ex2}`, null],
  ["another one answers instead of the name", { own: "ex1", others: [ex2] }, ex2, answered],
  ["the name is missing", { own: "ex1" }, "200 OK", "but the body does not name ex1"],
  [
    "the host is no substitute for the name",
    { host: "a.local", own: "ex1" },
    "a.local",
    "but the body does not name ex1",
  ],
  ["the other name is longer", { others: [ex2] }, "ex2.tails.localhost", null],
  ["the other name is the end of a longer one", { others: [ex2] }, "nex2.tails.local", null],
  ["the other name is a part of one with a hyphen", { others: [ex2] }, "my-ex2.tails.local", null],
  ["the name of a subdomain is another name", { others: [ex2] }, "www.ex2.tails.local", null],
  ["its own name is short, and the page says all of it", { own: "ex1", others: [ex2] }, "EX1.TAILS.LOCAL", null],
  ["its own name is its domain", { own: "tails.local", others: ["other.local"] }, "ex1.tails.local other.local", null],
  ["a full stop ends the sentence", { others: [ex2] }, "This is ex2.tails.local.", answered],
  ["a port follows the name", { others: [ex2] }, "https://ex2.tails.local:443/", answered],
  ["it occurs as a whole behind a longer one", { others: [ex2] }, "nex2.tails.local ex2.tails.local", answered],
  ["its own name is a part of the other's only", { own: "ex1", others: ["ex11"] }, "ex11", "but ex11 has answered"],
];

describe("identityFault where", () => {
  for (const [title, asked, content, fault] of table) {
    it(title, () => assert.equal(identityFault(member(asked), content), fault));
  }
});

describe("isIdentified", () => {
  it("is certain of its own name, or where nobody else is known", () => {
    assert.equal(isIdentified(member({ own: "ex1", others: [ex2] }), "EX1"), true);
    assert.equal(isIdentified(member({ own: "ex1" }), "ex11"), false);
    assert.equal(isIdentified(member({}), ""), true);
    assert.equal(isIdentified(member({ others: [ex2] }), "200 OK"), false);
  });
});
