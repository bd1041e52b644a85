import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeXml } from "./decode-xml.ts";
import { readXml, type XmlResult } from "./read-xml.ts";
import { childrenOf, descendant, type XmlElement } from "./xml-element.ts";

function rootOf(text: string): XmlElement {
  const result = readXml(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.root;
}

function faultOf(text: string): string {
  const result: XmlResult = readXml(text);
  return result.ok ? "none" : `${result.place.line}:${result.place.column}: ${result.message}`;
}

describe("XML that is read", () => {
  it("keeps the places of elements and attributes", () => {
    const root = rootOf(
      '<?xml version="1.0"?>\r\n<a>\r\n  <b x="1"\r\n     yy = \'2&#10;3\'  z="&lt;&quot;"/><c\n/>\r\n</a>',
    );
    const [b, c] = root.children;
    assert.deepEqual(root.place, { line: 2, column: 1 });
    assert.deepEqual(b?.place, { line: 3, column: 3 });
    assert.deepEqual(b?.attributes.get("x"), { value: "1", place: { line: 3, column: 6 } });
    assert.deepEqual(b?.attributes.get("yy"), { value: "2\n3", place: { line: 4, column: 6 } });
    assert.deepEqual(b?.attributes.get("z"), { value: '<"', place: { line: 4, column: 22 } });
    assert.deepEqual(c?.place, { line: 4, column: 38 });
  });

  it("may have comments, CDATA, processing instructions and any order of attributes", () => {
    const root = rootOf('<!-- a --><?p q?><a><!-- <b/> --><![CDATA[<b/>]]><b n="é&#228;&#x1F600;"/>text</a><!-- z -->');
    assert.equal(childrenOf(root, "b").length, 1);
    assert.equal(descendant(root, "b")?.attributes.get("n")?.value, "éä😀");
    assert.equal(descendant(root, "b", "c"), null);
  });
});

describe("XML that is refused", () => {
  const cases: readonly (readonly [name: string, text: string, fault: RegExp])[] = [
    [
      "a DOCTYPE",
      '<?xml version="1.0"?>\n <!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>',
      /^2:2: a DOCTYPE is not read/,
    ],
    ["entities that are declared", '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', /^1:1: a DOCTYPE/],
    [
      "an entity that nobody declared",
      '<a>\n<b x="&other;"/></a>',
      /^2:\d+: an entity that XML does not have: expected one of &amp;/,
    ],
    [
      "an element that is not closed",
      "<a>\n  <b>\n</a>",
      /^3:\d+: unexpected close tag|^3:\d+: .*expected <\/b>, which closes the element of line 2/,
    ],
    [
      "a file that ends too soon",
      "<a>\n  <b>\n",
      /^3:1: the file ends within <b> of line 2: expected <\/b>, is the file cut off\?/,
    ],
    ["an attribute twice", '<a b="1"\n b="2"/>', /^2:2: the attribute "b" stands twice here/],
    ["no XML", "listen: [{ port: 80 }]", /^1:\d+: this is not XML: expected <configuration>/],
    ["nothing", "", /^1:1: this is not XML: expected <configuration>/],
    ["two roots", "<a/><b/>", /^1:\d+: the file goes on behind <\/a>: expected its end/],
    ["an attribute without quotes", "<a b=c/>", /^1:\d+: this is not well-formed XML: unquoted attribute value/],
    ["elements that are too deep", "<a>".repeat(100), /^1:193: elements within more than 64 others/],
  ];
  for (const [name, text, fault] of cases) it(name, () => assert.match(faultOf(text), fault));

  it("too many elements", () =>
    assert.match(faultOf(`<a>${"<b/>".repeat(500_001)}</a>`), /^1:\d+: more than 500000 elements/));
});

describe("the bytes of a file", () => {
  const text = '<a b="ü€😀"/>';
  const utf16 = (swap: boolean): Buffer => {
    const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
    return swap ? bytes.swap16() : bytes;
  };
  it("may be UTF-8 with and without a mark, UTF-16 in both orders", () => {
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16(false), utf16(true)]) {
      assert.deepEqual(decodeXml(bytes), { ok: true, text });
    }
  });

  it("are refused where they are neither", () => {
    const result = decodeXml(Buffer.from([0x3c, 0xe4, 0x3e]));
    assert.ok(!result.ok);
    assert.match(result.message, /^the file is not UTF-8: save it as UTF-8/);
  });
});
