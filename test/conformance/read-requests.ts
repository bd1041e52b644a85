import assert from "node:assert/strict";
import { BodyFramer } from "../../src/http/body-framer.ts";
import { FieldLine, readFieldLine } from "../../src/http/field-line.ts";
import { framing } from "../../src/http/framing.ts";
import { HeadCollector } from "../../src/http/head-collector.ts";
import { parseRequestHead, RequestHead } from "../../src/http/request-head.ts";

export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly minor: number;
  /** Name, value, name, value … as they came, without the blanks around a value. */
  readonly fields: readonly string[];
  readonly framing: keyof typeof framing;
  /** Without the chunks around it. */
  readonly content: string;
}

/**
 * How it goes on behind the complete requests: `open` = exactly at the beginning of the next one, `waits` = within one,
 * `closed` = the last one asked to close, `refused` = what follows is malformed.
 */
type Ending = "open" | "waits" | "closed" | "refused";

export interface Reading {
  readonly requests: readonly ReadRequest[];
  readonly ending: Ending;
}

/** By the numbers of `framing`. */
const kinds = ["none", "length", "chunked", "untilClose"] as const;

/** Reads what a client sent on one connection, in these pieces, with the parsers of the product. */
export function readRequests(pieces: readonly Buffer[]): Reading {
  const reader = new Reader();
  for (const piece of pieces) {
    reader.read(piece);
    if (reader.ending === "refused" || reader.ending === "closed") break;
  }
  return { requests: reader.requests, ending: reader.ending };
}

class Reader {
  readonly requests: ReadRequest[] = [];
  ending: Ending = "open";
  readonly #collector = new HeadCollector();
  readonly #head = new RequestHead();
  readonly #body = new BodyFramer();
  #content = "";
  #inBody = false;

  read(piece: Buffer): void {
    let bytes = piece;
    while (bytes.length > 0 && (this.ending === "open" || this.ending === "waits")) {
      bytes = this.#inBody ? this.#readBody(bytes) : this.#readHead(bytes);
    }
  }

  #readHead(bytes: Buffer): Buffer {
    this.ending = "waits";
    if (!this.#collector.add(bytes)) {
      if (this.#collector.malformed) this.ending = "refused";
      return Buffer.alloc(0);
    }
    const { rest } = this.#collector;
    if (parseRequestHead(this.#collector.text, this.#head) !== null) {
      this.ending = "refused";
      return rest;
    }
    this.#content = "";
    this.#body.start(this.#head.framing, this.#head.contentLength);
    this.#inBody = true;
    return this.#body.done ? this.#finish(rest) : rest;
  }

  #readBody(bytes: Buffer): Buffer {
    const ranges: number[] = [];
    this.#body.chunked.ranges = ranges;
    const end = this.#body.scan(bytes, 0);
    if (end === -1) {
      this.ending = "refused";
      return bytes;
    }
    if (this.#head.framing === framing.length) ranges.push(0, end);
    for (let at = 0; at < ranges.length; at += 2) {
      this.#content += bytes.toString("latin1", ranges[at], ranges[at + 1]);
    }
    const rest = bytes.subarray(end);
    return this.#body.done ? this.#finish(rest) : rest;
  }

  #finish(rest: Buffer): Buffer {
    const head = this.#head;
    this.#inBody = false;
    this.ending = head.keepAlive ? "open" : "closed";
    const kind = kinds[head.framing];
    assert.equal(framing[kind], head.framing);
    this.requests.push({
      method: head.method,
      target: head.target,
      minor: head.minor,
      fields: fieldsOf(head),
      framing: kind,
      content: this.#content,
    });
    return rest;
  }
}

function fieldsOf(head: RequestHead): string[] {
  const line = new FieldLine();
  const fields: string[] = [];
  for (let at = head.fieldsStart; at < head.text.length - 2; at = line.next) {
    assert.equal(readFieldLine(head.text, at, line), null);
    fields.push(head.text.slice(at, line.nameEnd), head.text.slice(line.valueStart, line.valueEnd));
  }
  return fields;
}
