import type { Socket } from "node:net";
import type { HealthConfig, MemberConfig, MemberTlsConfig } from "../../config/farm-config.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import type { CheckContext } from "../check.ts";
import type { HealthResult } from "../health-result.ts";
import { authorityOf } from "../../http/authority.ts";
import { isOwnExhaustion } from "../../net/own-exhaustion.ts";
import { AnswerJudge, type Verdict } from "./answer-judge.ts";
import { dialForCheck } from "./dial.ts";
import { failureText } from "./failure-text.ts";

/** A timer that comes so late was kept by this process itself. */
const stallMs = 250;
const userAgent = "fairlead-health/1";

/**
 * Asks a member one request on a connection of its own. `timeoutMs` is for all of it, from the look-up of the name to the
 * verdict. Never rejects; an aborted check resolves with `ok: false`.
 */
export async function checkHttp(
  member: MemberConfig,
  health: HealthConfig,
  tls: MemberTlsConfig,
  context: CheckContext,
): Promise<HealthResult> {
  const { clock, signal } = context;
  const at = clock.now();
  const started = clock.monotonic();
  const host = health.host === "" ? authorityOf(member.host, member.port) : health.host;
  const exchange = new Exchange(health, host, clock);
  const stop = (): void => exchange.abort();
  signal.addEventListener("abort", stop, { once: true });
  const verdict = await exchange.run(member, tls);
  signal.removeEventListener("abort", stop);
  const durationMs = Math.round(clock.monotonic() - started);
  return { ...verdict, asked: askedText(member, health, host), durationMs, at };
}

/** One request and its answer; settles once, and nothing of it is left open then. */
class Exchange {
  readonly #health: HealthConfig;
  readonly #host: string;
  readonly #clock: Clock;
  #socket: Socket | null = null;
  #connected = false;
  #judge: AnswerJudge | null = null;
  #settle: (verdict: Verdict) => void = () => undefined;

  constructor(health: HealthConfig, host: string, clock: Clock) {
    this.#health = health;
    this.#host = host;
    this.#clock = clock;
  }

  async run(member: MemberConfig, tls: MemberTlsConfig): Promise<Verdict> {
    const verdict = new Promise<Verdict>((resolve) => (this.#settle = resolve));
    const timer = this.#timeLimit();
    try {
      this.#dial(member, tls);
      return await verdict;
    } catch (error) {
      return failure(error);
    } finally {
      timer.cancel();
      this.#socket?.destroy();
    }
  }

  #timeLimit(): Timer {
    const due = this.#clock.monotonic() + this.#health.timeoutMs;
    return this.#clock.after(this.#health.timeoutMs, () => {
      const late = this.#clock.monotonic() - due;
      const verdict = this.#judge?.timeUp() ?? null;
      if (verdict !== null) this.#settle(verdict);
      else if (late < stallMs) this.#fail(this.#timeoutText());
      // The answer may have come while this process stood still, and wait to be read.
      else
        this.#settle({ ok: false, came: "this machine was too busy to wait for it", status: null, inconclusive: true });
    });
  }

  abort(): void {
    this.#fail("the check was called off");
  }

  #dial(member: MemberConfig, tls: MemberTlsConfig): void {
    const judge = new AnswerJudge(this.#health, member);
    this.#judge = judge;
    const socket = dialForCheck(member, tls, () => {
      this.#connected = true;
      socket.write(requestText(this.#health, this.#host));
    });
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      const verdict = judge.read(bytes);
      if (verdict !== null) this.#settle(verdict);
    });
    socket.on("end", () => this.#settle(judge.end()));
    socket.on("error", (error) => this.#settle(failure(error)));
    socket.on("close", () => this.#fail("connection closed"));
  }

  #fail(came: string): void {
    this.#settle({ ok: false, came, status: null });
  }

  #timeoutText(): string {
    const seconds = this.#health.timeoutMs / 1000;
    return `${this.#connected ? "no answer" : "no connection"} within ${seconds} s`;
  }
}

function failure(error: unknown): Verdict {
  const reason = error instanceof Error ? error : new Error(String(error));
  const verdict = { ok: false, came: failureText(reason), status: null };
  return isOwnExhaustion(reason) ? { ...verdict, inconclusive: true } : verdict;
}

function requestText(health: HealthConfig, host: string): string {
  return (
    `${health.method} ${health.path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${userAgent}\r\n` +
    "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
  );
}

function askedText(member: MemberConfig, health: HealthConfig, host: string): string {
  return `${health.method} ${member.protocol}://${authorityOf(member.host, member.port)}${health.path} (Host ${host})`;
}
