import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { farewell, nodeMethods, startNodeServer, type NodeRequest, type NodeServer } from "./node-server.ts";
import { readRequests } from "./read-requests.ts";
import { requestCases } from "./requests.ts";

let node: NodeServer;
before(async () => (node = await startNodeServer()));
after(() => node.close());

/** What we take from these bytes, in Node's terms. */
function ours(bytes: Buffer): { taken: readonly NodeRequest[]; ending: string } {
  const { requests, ending } = readRequests([bytes]);
  const taken = requests.map(({ method, target, minor, fields, content }) => ({
    method,
    target,
    minor,
    fields,
    content,
  }));
  return { taken, ending };
}

describe("Node's own parser", () => {
  for (const { name, raw, verdict, stricterBecause, nodeRefusesBecause } of requestCases) {
    it(`and the corpus: ${name}`, async () => {
      const bytes = Buffer.concat([Buffer.from(raw, "latin1"), verdict.includes("waits") ? Buffer.alloc(0) : farewell]);
      const { taken } = ours(bytes);
      const nodes = await node.read(bytes);
      if (nodeRefusesBecause === undefined) assert.deepEqual(nodes.slice(0, taken.length), taken);
      else assert.deepEqual(nodes, taken.slice(0, nodes.length));
      const more = nodes.slice(taken.length).filter(({ target }) => target !== "/farewell");
      if (more.length > 0) assert.ok(stricterBecause, "Node takes it: say why we do not");
    });
  }

  const methods = fc.constantFrom(...nodeMethods);
  const targets = fc.stringMatching(/^\/[!"$-~]{0,20}$/);
  const names = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/).map((name) => `x${name}`);
  const values = fc.stringMatching(/^[\t -~\x80-\xff]{0,30}$/);
  const blanks = fc.stringMatching(/^[\t ]{0,3}$/);
  const fields = fc.array(
    fc.tuple(names, blanks, values, blanks).map(([name, front, value, end]) => `${name}:${front}${value}${end}`),
    { maxLength: 6 },
  );
  const tokens = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,6}$/);
  const chunk = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.array(fc.tuple(tokens, tokens), { maxLength: 2 }))
    .map(([bytes, extensions]) => {
      const extension = extensions.map(([name, value]) => `;${name}=${value}`).join("");
      return `${bytes.length.toString(16)}${extension}\r\n${Buffer.from(bytes).toString("latin1")}\r\n`;
    });
  const bodies = fc.oneof(
    fc.constant({ field: [], body: "" }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => ({
      field: [`Content-Length: ${bytes.length}`],
      body: Buffer.from(bytes).toString("latin1"),
    })),
    fc.tuple(fc.array(chunk, { maxLength: 4 }), fields).map(([pieces, trailers]) => ({
      field: ["transfer-encoding: Chunked"],
      body: `${pieces.join("")}0\r\n${trailers.map((trailer) => `${trailer}\r\n`).join("")}\r\n`,
    })),
  );
  const connections = fc.constantFrom(
    [],
    ["Connection: keep-alive"],
    ["connection: x-a,\tkeep-alive"],
    ["Expect: 100-continue"],
  );
  const requests = fc
    .record({
      method: methods,
      target: targets,
      before: fields,
      connection: connections,
      behind: fields,
      content: bodies,
    })
    .map(({ method, target, before: first, connection, behind, content }) => {
      const lines = [
        `${method} ${target} HTTP/1.1`,
        ...first,
        "hOST: a:80",
        ...connection,
        ...content.field,
        ...behind,
      ];
      return `${lines.join("\r\n")}\r\n\r\n${content.body}`;
    });
  const connectionsOfRequests = fc.array(requests, { minLength: 1, maxLength: 3 }).map((texts) => texts.join(""));

  it("reads every well-formed request as we do: method, target, fields and body", async () => {
    await fc.assert(
      fc.asyncProperty(connectionsOfRequests, async (text) => {
        const bytes = Buffer.concat([Buffer.from(text, "latin1"), farewell]);
        const { taken, ending } = ours(bytes);
        assert.equal(ending, "closed");
        assert.deepEqual(await node.read(bytes), taken);
      }),
      { numRuns: 150 },
    );
  });

  const damages = fc.array(
    fc.record({
      place: fc.nat(),
      removed: fc.nat({ max: 2 }),
      added: fc.constantFrom(
        "",
        "\r",
        "\n",
        "\r\n",
        " ",
        "\t",
        ":",
        ";",
        ",",
        "\x00",
        "\x0b",
        "\x7f",
        "\x85",
        "\xa0",
        "0",
        "5",
        "a",
        "\r\n ",
        "\n\n",
      ),
    }),
    { minLength: 1, maxLength: 3 },
  );

  it("takes what we take of a damaged request, in the same way", async () => {
    await fc.assert(
      fc.asyncProperty(connectionsOfRequests, damages, async (text, places) => {
        let damaged = text;
        for (const { place, removed, added } of places) {
          const at = place % damaged.length;
          damaged = damaged.slice(0, at) + added + damaged.slice(at + removed);
        }
        const bytes = Buffer.concat([Buffer.from(damaged, "latin1"), farewell]);
        const { taken } = ours(bytes);
        if (taken.length === 0) return;
        const beyondNode = taken.findIndex(
          ({ method, target }) => !nodeMethods.includes(method) || /[\x80-\xff]/.test(target),
        );
        const wanted = beyondNode === -1 ? taken : taken.slice(0, beyondNode);
        const nodes = await node.read(bytes);
        assert.deepEqual(nodes.slice(0, wanted.length), wanted);
      }),
      { numRuns: 400 },
    );
  });
});
