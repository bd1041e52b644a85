import type { AcmeConfig, CertificateConfig } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Random } from "../util/random.ts";
import type { AcmeStatus } from "../farm/acme-status.ts";
import { withFolderLock } from "./folder-lock.ts";
import type { GetCertificate } from "./get-certificate.ts";
import { KeptCertificate } from "./kept-certificate.ts";

interface AcmeKeeperOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly get: GetCertificate;
  /** A certificate has come and is kept: it should be put in force. */
  readonly onIssued: (certificate: CertificateConfig) => Promise<void>;
}

/** Sees to it that the certificates of a configuration are there and do not expire, one after the other. */
export interface AcmeKeeper {
  /** null = nothing is to be kept. What is unchanged goes on as it was. */
  apply(config: AcmeConfig | null): void;
  status(): readonly AcmeStatus[];
  close(): void;
}

/** Twice a day, whatever is due: the files may have changed, or the machine's clock. */
const lookEveryMs = 12 * 3_600_000;
const lockedMs = 60_000;

export function createAcmeKeeper(options: AcmeKeeperOptions): AcmeKeeper {
  let applied = "";
  let round: Round | null = null;
  let stopped: Promise<unknown> = Promise.resolve();
  const apply = (config: AcmeConfig | null): void => {
    const next = JSON.stringify(config);
    if (next === applied) return;
    applied = next;
    // One at a time: what the one before does with the folder comes to its end first.
    const ended = Promise.all([stopped, round?.stop()]);
    stopped = ended;
    round = config === null || config.certificates.length === 0 ? null : new Round(config, options, ended);
  };
  return {
    apply,
    status: () => round?.status() ?? [],
    close: () => apply(null),
  };
}

/** All that is done for one configuration. */
class Round {
  readonly #account: AcmeConfig;
  readonly #options: AcmeKeeperOptions;
  readonly #certificates: readonly KeptCertificate[];
  readonly #abort = new AbortController();
  #timer: Timer | null = null;
  #running: Promise<void>;

  constructor(account: AcmeConfig, options: AcmeKeeperOptions, after: Promise<unknown>) {
    const { clock, random } = options;
    this.#account = account;
    this.#options = options;
    this.#certificates = account.certificates.map((config) => new KeptCertificate(config, clock, random));
    this.#running = after.then(() => this.#run());
  }

  status(): AcmeStatus[] {
    return this.#certificates.map((certificate) => certificate.status());
  }

  /** Resolves when nothing is done any more. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error("stopped"));
    this.#timer?.cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (const certificate of this.#certificates) {
      if (this.#abort.signal.aborted) return;
      await this.#see(certificate);
    }
    if (this.#abort.signal.aborted) return;
    const { clock } = this.#options;
    const next = Math.min(...this.#certificates.map(({ due }) => due)) - clock.now();
    this.#timer = clock.after(Math.min(Math.max(next, 0), lookEveryMs), () => {
      this.#running = this.#run();
    });
  }

  async #see(certificate: KeptCertificate): Promise<void> {
    const { clock } = this.#options;
    try {
      const found = await certificate.look();
      if (found !== null) await this.#options.onIssued(found);
      if (certificate.due > clock.now()) return;
      const done = await withFolderLock(this.#account.folder, clock, async () => this.#renew(certificate));
      if (done === null) certificate.wait(lockedMs);
    } catch (error) {
      this.#failed(certificate, error);
    }
  }

  async #renew(certificate: KeptCertificate): Promise<true> {
    const { clock, get, log, onIssued } = this.#options;
    // Another process may have been faster.
    const found = await certificate.look();
    if (found !== null) await onIssued(found);
    if (certificate.due > clock.now()) return true;
    const { challenges, directory } = this.#account;
    const challenge = challenges[certificate.failures % challenges.length] ?? challenges[0];
    const { signal } = this.#abort;
    const names = certificate.config.names.join(", ");
    certificate.began();
    log("acme.ordering", { names, directory, challenge });
    const issued = await get(certificate.config, this.#account, { challenge, signal });
    certificate.succeeded(issued);
    log("acme.issued", { names, file: certificate.config.path, until: new Date(issued.notAfter).toISOString() });
    await onIssued(issued);
    return true;
  }

  #failed(certificate: KeptCertificate, error: unknown): void {
    if (this.#abort.signal.aborted) return;
    certificate.failed(error);
    const { problem, nextTry } = certificate.status();
    const names = certificate.config.names.join(", ");
    this.#options.log("acme.failed", { names, problem: problem ?? "", next: nextTry });
  }
}
