import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { tagNames } from "../../config/outbound-rule-schema.ts";
import { aRule, aTagRule, limited, pieceLengths, rewriteInPieces, rewriterFor, rewriteText } from "./rules.fixture.ts";
import { maxTag } from "./tag-replacer.ts";
import { tagAttributes } from "./tag-attributes.ts";

const names = ["a href", "img src", "div data-url"];
const rule = aTagRule(names, "^http://in(/.*)?$", "https://out$1");

function fill(length: number): string {
  return "x".repeat(length);
}

function check(before: string, after: string, contentType?: string): void {
  assert.equal(rewriteText([rule], before, contentType), after);
  assert.equal(
    rewriteInPieces(
      rewriterFor([rule], contentType),
      Buffer.from(before),
      Array.from({ length: Buffer.byteLength(before) }, () => 1),
    ).toString(),
    after,
    "byte by byte",
  );
}

describe("a rule on the attributes of tags", () => {
  it("knows each tag that the configuration has a name for", () => {
    assert.deepEqual(Object.keys(tagAttributes), [...tagNames]);
  });

  it("changes the value and nothing else", () => {
    check(
      `<p class=x>\n<A  HREF = "http://in/1" title="http://in/">http://in/</a>`,
      `<p class=x>\n<A  HREF = "https://out/1" title="http://in/">http://in/</a>`,
    );
  });

  it("knows all ways to write a value", () => {
    check(
      `<a href='http://in/1'><a href=http://in/2><a href=http://in/3 x>`,
      `<a href='https://out/1'><a href=https://out/2><a href=https://out/3 x>`,
    );
    check(`<img src="http://in/"/><img src=http://in >`, `<img src="https://out/"/><img src=https://out >`);
    check(`<div data-url\n=\n"http://in">`, `<div data-url\n=\n"https://out">`);
  });

  it("leaves other tags and attributes", () => {
    const html = `<b href="http://in/"><a src="http://in/"><a xhref="http://in/"><img href=http://in>`;
    check(html, html);
  });

  it("decodes references for the pattern and writes them again where it has changed something", () => {
    check(`<a href="http&#58;//in/?a=1&amp;b=2">`, `<a href="https://out/?a=1&amp;b=2">`);
    check(`<a href="http://in/?a=1&b=&quot;">`, `<a href="https://out/?a=1&amp;b=&quot;">`);
    check(`<a href='http://in/"&#39;&lt;'>`, `<a href='https://out/"&#39;&lt;'>`);
    check(`<a href="http://elsewhere/?a=1&b=&#50;">`, `<a href="http://elsewhere/?a=1&b=&#50;">`);
    check(`<a href="http://in/&notit;&not;&eacute;">`, `<a href="https://out/&amp;notit;¬é">`);
  });

  it("puts quotes around what needs them", () => {
    const spaced = aTagRule(["a href"], "x", `a "b'`);
    assert.equal(rewriteText([spaced], "<a href=x>"), `<a href="a &quot;b'">`);
    assert.equal(rewriteText([aTagRule(["a href"], "x", "")], "<a href=x>"), `<a href="">`);
  });

  it("touches nothing in comments, scripts, styles, text areas and declarations", () => {
    const link = `<a href="http://in/">`;
    const html = [
      `<!DOCTYPE html SYSTEM "http://in/"><!-- ${link} --><!--[if IE]>${link}<![endif]--><!${link}`,
      `<script>var x = '${link}' + "<" + '</scr' + '${link}';</script><STYLE>${link}</STYLE >`,
      `<textarea>${link}</textarea><title>${link}</title><xmp>${link}</xmp></a href="http://in/">`,
    ].join("\n");
    check(`${html}${link}`, `${html}<a href="https://out/">`);
  });

  it("goes on behind a style of SVG that ends at once", () => {
    check(`<svg><style/><a href="http://in/"></svg>`, `<svg><style/><a href="https://out/"></svg>`);
    const script = `<svg><p><script>'<a href="http://in/">'</script>`;
    check(script, script);
    const inside = `<svg><foreignObject><script>'<a href="http://in/">'</script></foreignObject><script/>`;
    check(`${inside}<a href=http://in>`, `${inside}<a href=https://out>`);
  });

  it("reads XHTML as XML", () => {
    const type = "application/xhtml+xml";
    const link = `<a href="http://in/"/>`;
    check(
      `<script/>${link}<![CDATA[${link}]]><?x ${link}?>`,
      `<script/><a href="https://out/"/><![CDATA[${link}]]><?x ${link}?>`,
      type,
    );
  });

  it("leaves a value of XHTML with a reference that XML does not know", () => {
    const html = `<a href="http://in/&eacute;"/>`;
    check(html, html, "application/xhtml+xml");
  });

  it("replaces within the value where the pattern matches a part, and not once more at its end", () => {
    assert.equal(
      rewriteText([aTagRule(["img srcset"], "/i/", "/o/")], `<img srcset="/i/1 1x, /i/2 2x">`),
      `<img srcset="/o/1 1x, /o/2 2x">`,
    );
    assert.equal(rewriteText([aTagRule(["a href"], "(.*)", "/x$1")], `<a href="/1">`), `<a href="/x/1">`);
  });

  it("counts occurrences over the whole body", () => {
    const once = aTagRule(["a href"], "x", "y", 1);
    assert.equal(rewriteText([once], "<a href=z><a href=x><a href=x>"), "<a href=z><a href=y><a href=x>");
  });

  it("goes together with others, in order, and with rules on the text", () => {
    const rules = [
      aTagRule(["a href"], "1", "2"),
      aTagRule(["a href", "b href"], "2", "3"),
      limited("3", "4", 1),
      aTagRule(["a href"], "4", `"`),
    ];
    assert.equal(rewriteText(rules, `<a href="1"><b href="2"> 3`), `<a href="&quot;"><b href="4"> 4`);
  });

  it("applies to HTML only", () => {
    const rules = [rule, aRule("z", "y")];
    const body = `<a href="http://in/">z`;
    assert.equal(rewriteText(rules, body, "text/plain"), `<a href="http://in/">y`);
  });

  it("writes references for what the charset does not have", () => {
    const body = Buffer.from(`<a href="x&euro;\xe9">`, "latin1");
    const type = "text/html; charset=iso-8859-1";
    const out = rewriteInPieces(rewriterFor([aTagRule(["a href"], "x", "ж")], type), body);
    assert.equal(out.toString("latin1"), `<a href="&#1078;&#8364;\xe9">`);
  });

  it("passes on a tag that is too long, wherever it was cut", () => {
    const long = `<a title="${fill(maxTag)}" href="http://in/">`;
    const just = `<a href="http://in/" title="${fill(maxTag - 30)}">`;
    const html = `${long}${just}<!--${fill(2 * maxTag)}--><a href=http://in>`;
    const expected = `${long}${just.replace("http://in", "https://out")}<!--${fill(2 * maxTag)}--><a href=https://out>`;
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90_000 }), { maxLength: 8 }), (lengths) => {
        const out = rewriteInPieces(rewriterFor([rule]), Buffer.from(html), lengths);
        assert.ok(out.equals(Buffer.from(expected)));
      }),
      { numRuns: 30 },
    );
  });

  const parts = [
    "<a href=",
    "<img src=",
    '"',
    "'",
    "http://in/",
    "é",
    "😀",
    "&amp;",
    "&#58;",
    "&not",
    "&",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    ">",
    "/>",
    "<",
    "/",
    "=",
    " ",
    "</a>",
    "<svg>",
    "</svg>",
    "<title>",
    "<![CDATA[",
    "]]>",
    "<!",
    "-",
    "--!>",
    "<?",
    "<textarea",
    "<plaintext>",
  ];

  for (const type of ["text/html", "application/xhtml+xml"]) {
    it(`gives the same however ${type} was cut`, () => {
      const rules = [aTagRule(["a href", "img src"], "http://in/|é", "https://out/<'\"")];
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), pieceLengths, (texts, lengths) => {
          const body = Buffer.from(texts.join(""));
          const whole = rewriteInPieces(rewriterFor(rules, type), body).toString();
          assert.equal(rewriteInPieces(rewriterFor(rules, type), body, lengths).toString(), whole);
        }),
        { numRuns: 3000 },
      );
    });
  }

  it("keeps every byte where no value is changed", () => {
    const nothing = aTagRule(["a href", "img src"], "nowhere", "x");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), pieceLengths, (texts, lengths) => {
        const body = Buffer.from(texts.join(""));
        assert.deepEqual(rewriteInPieces(rewriterFor([nothing]), body, lengths), body);
      }),
      { numRuns: 1000 },
    );
  });
});
