import { STATUS_CODES } from "node:http";
import type { HealthConfig, MemberConfig } from "../../config/farm-config.ts";
import { BodyFramer } from "../../http/body-framer.ts";
import { framing } from "../../http/framing.ts";
import { ResponseHead, parseResponseHead } from "../../http/response-head.ts";
import { identityFault, isIdentified } from "./server-identity.ts";

export interface Verdict {
  readonly ok: boolean;
  readonly came: string;
  /** null: no answer that can be understood. */
  readonly status: number | null;
  /** The check could not be made; see HealthResult. */
  readonly inconclusive?: true;
}

const maxHeadBytes = 64 * 1024;
/** As much of the body is searched. */
const maxContentBytes = 64 * 1024;

/**
 * Reads one answer as it comes and judges it as soon as that can be done: a wrong status by the head, a text that must
 * occur when it was seen. What forwarding would not accept is not accepted here.
 */
export class AnswerJudge {
  readonly #health: HealthConfig;
  readonly #member: Pick<MemberConfig, "host" | "identity">;
  readonly #head = new ResponseHead();
  readonly #body = new BodyFramer();
  readonly #needle: Buffer;
  #pending: Buffer = Buffer.alloc(0);
  #reason = "";
  #content: Buffer | null = null;
  #contentBytes = 0;

  /** `member`: who is asked, to tell its answer from another server's. */
  constructor(health: HealthConfig, member: Pick<MemberConfig, "host" | "identity">) {
    this.#health = health;
    this.#member = member;
    this.#needle = Buffer.from(health.expect.body ?? "");
  }

  /** null: more is needed. */
  read(bytes: Buffer): Verdict | null {
    if (this.#content !== null) return this.#readContent(bytes, this.#content);
    this.#pending = Buffer.concat([this.#pending, bytes]);
    return this.#readHeads();
  }

  /** The member closed its side. */
  end(): Verdict {
    if (this.#content === null) {
      return noAnswer(
        this.#pending.length === 0 ? "connection closed without an answer" : "the answer ended in its header",
      );
    }
    return this.#head.framing === framing.untilClose ? this.#conclude() : this.#failed("the answer ended early");
  }

  /**
   * No more is waited for. A page that is slow or has no end does not fail for that where all that must occur was seen; null =
   * it was not.
   */
  timeUp(): Verdict | null {
    if (this.#content === null || !this.#seen().includes(this.#needle)) return null;
    const { own } = this.#member.identity;
    return own === null || isIdentified(this.#member, this.#text()) ? this.#conclude() : null;
  }

  /** Interim answers (RFC 9110 15.2) come before the one that counts. */
  #readHeads(): Verdict | null {
    for (let end = this.#headEnd(); end !== -1; end = this.#headEnd()) {
      const problem = parseResponseHead(this.#pending.toString("latin1", 0, end), this.#head, this.#health.method);
      if (problem !== null) return noAnswer(`the answer is not valid HTTP/1.1: ${problem}`);
      this.#pending = this.#pending.subarray(end);
      if (this.#head.status >= 200 || this.#head.status === 101) return this.#judgeHead();
    }
    if (this.#pending.length > maxHeadBytes) return noAnswer("the header of the answer is too large");
    return couldBeHttp(this.#pending) ? null : noAnswer("the answer is not HTTP");
  }

  #headEnd(): number {
    const emptyLine = this.#pending.indexOf("\r\n\r\n");
    return emptyLine === -1 || emptyLine > maxHeadBytes ? -1 : emptyLine + 4;
  }

  #judgeHead(): Verdict | null {
    const { expect } = this.#health;
    const { status, text } = this.#head;
    this.#reason = reasonText(status, text.slice("HTTP/1.1 200 ".length, text.indexOf("\r\n")));
    if (!expect.status.some(([low, high]) => status >= low && status <= high)) {
      // What a server error means needs no comment; a 401 or 302 looks like an answer that should have done.
      return status >= 500 ? this.#verdict(false, "") : this.#failed(`but ${rangesText(expect.status)} is expected`);
    }
    if (expect.body === null && this.#member.identity.own === null) return this.#verdict(true, "");
    this.#body.start(this.#head.framing, this.#head.contentLength);
    this.#content = Buffer.alloc(maxContentBytes);
    return this.#readContent(this.#pending, this.#content);
  }

  #readContent(bytes: Buffer, content: Buffer): Verdict | null {
    if (this.#head.framing === framing.chunked) this.#body.chunked.ranges = [];
    const end = this.#body.scan(bytes, 0);
    const ranges = this.#body.chunked.ranges ?? [0, end];
    for (let at = 0; at + 1 < ranges.length; at += 2) {
      this.#contentBytes += bytes.copy(content, this.#contentBytes, ranges[at], ranges[at + 1]);
    }
    if (end === -1) return this.#failed("but a malformed chunk in its body");
    const complete = this.#body.done || this.#contentBytes === content.length;
    return complete || this.#isCertain() ? this.#conclude() : null;
  }

  /** Nothing that may still come can change the verdict. */
  #isCertain(): boolean {
    return this.#seen().includes(this.#needle) && isIdentified(this.#member, this.#text());
  }

  #conclude(): Verdict {
    if (!this.#seen().includes(this.#needle)) {
      return this.#failed(`but the body lacks ${JSON.stringify(this.#health.expect.body)}`);
    }
    const fault = identityFault(this.#member, this.#text());
    return fault === null ? this.#verdict(true, "") : this.#failed(fault);
  }

  #seen(): Buffer {
    return this.#content?.subarray(0, this.#contentBytes) ?? Buffer.alloc(0);
  }

  #text(): string {
    return this.#seen().toString("latin1");
  }

  #failed(why: string): Verdict {
    return this.#verdict(false, `, ${why}`);
  }

  #verdict(ok: boolean, why: string): Verdict {
    return { ok, came: this.#reason + why, status: this.#head.status };
  }
}

function noAnswer(came: string): Verdict {
  return { ok: false, came, status: null };
}

/** So that a mail or SSH server on the port is named at once and not after the time-out. */
function couldBeHttp(bytes: Buffer): boolean {
  const beginning = bytes.toString("latin1", 0, 5);
  return "HTTP/".startsWith(beginning);
}

/** The member's own phrase is kept: http.sys and proxies can be told apart by it. */
function reasonText(status: number, phrase: string): string {
  const own = phrase
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, 80);
  return `${status} ${own === "" ? (STATUS_CODES[status] ?? "") : own}`.trim();
}

function rangesText(ranges: HealthConfig["expect"]["status"]): string {
  return ranges.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)).join(", ");
}
