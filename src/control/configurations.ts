import type { Config } from "../config/config.ts";
import { describeChanges } from "../config/describe-changes.ts";
import { withIssuedCertificates } from "../config/issued-certificates.ts";
import type { LoadResult } from "../config/load-config.ts";
import { problemLine, type Problem } from "../config/problem.ts";
import type { Log } from "../observe/log.ts";
import type { Clock } from "../util/clock.ts";

/** Who asked for a configuration. */
export type Origin = "start" | "command" | "signal" | "watch" | "certificate" | "rollback";

/** One configuration that was in force, or is. */
export interface ConfigurationEntry {
  /** Counts from 1 since the router was started. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
  readonly by: Origin;
  /** Against the one before it, a line each. */
  readonly changes: readonly string[];
  readonly inForce: boolean;
}

/** What became of a wish for another configuration. */
export type ReloadOutcome =
  | {
      readonly applied: true;
      /** Of the one in force now. */
      readonly id: number;
      /** None = nothing has changed, and nothing was done. */
      readonly changes: readonly string[];
      readonly warnings: readonly Problem[];
      readonly tookMs: number;
    }
  | {
      readonly applied: false;
      /** None = a dry run that found nothing wrong. */
      readonly problems: readonly Problem[];
      readonly changes: readonly string[];
      readonly warnings: readonly Problem[];
    };

export interface ConfigurationsOptions {
  readonly first: Config;
  /** `inForce`: the document that the present configuration was read from; null where that is not known. */
  readonly load: (by: Origin, inForce: LoadResult["document"] | null) => Promise<LoadResult>;
  /** Puts one in force; rejects, with nothing changed, where that can't be done. */
  readonly put: (config: Config) => Promise<void>;
  /** Where in the file the reason of such a rejection stands. */
  readonly explain: (error: unknown, candidate: Candidate) => Problem;
  /** Hears of every reload whether the file's configuration is the one in force now. */
  readonly reloaded?: (applied: boolean) => void;
  /** Hears of every configuration that came into force, or was refused; not of a wish that changed nothing. */
  readonly decided?: (by: Origin, outcome: ReloadOutcome) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** A configuration that could be put in force. */
type Candidate = Pick<Extract<LoadResult, { ok: true }>, "config" | "warnings" | "problemAt"> & {
  readonly document: LoadResult["document"] | null;
};

interface Entry extends Pick<Candidate, "config" | "document"> {
  readonly id: number;
  readonly at: string;
  readonly by: Origin;
  readonly changes: readonly string[];
}

const maxEntries = 10;

/** The configuration in force and the last ones before it. One change is made at a time. */
export class Configurations {
  readonly #options: ConfigurationsOptions;
  readonly #entries: Entry[] = [];
  #nextId = 1;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: ConfigurationsOptions) {
    this.#options = options;
    this.#remember({ by: "start", config: options.first, document: null, changes: [] });
  }

  /** Newest first. */
  history(): ConfigurationEntry[] {
    return this.#entries.map(({ id, at, by, changes }, index) => ({ id, at, by, changes, inForce: index === 0 }));
  }

  /** Reads the file again. `dryRun`: says what would change, and changes nothing. */
  reload(by: Origin, dryRun = false): Promise<ReloadOutcome> {
    return this.#inTurn(async () => {
      const outcome = await this.#reload(by, dryRun);
      if (!dryRun) this.#options.reloaded?.(outcome.applied);
      return outcome;
    });
  }

  /** Back to an earlier configuration, the one before the present one unless told otherwise. The file stays as it is. */
  rollback(id?: number): Promise<ReloadOutcome> {
    return this.#inTurn(async () => {
      const entry = id === undefined ? this.#entries[1] : this.#entries.find((one) => one.id === id);
      // A slip of whoever asked, not of a configuration: nothing to alarm anybody with.
      if (entry === undefined) {
        return { applied: false, problems: [this.#problem(noEntry(id, this.#entries))], warnings: [], changes: [] };
      }
      const { document } = entry;
      const config = withIssuedCertificates(entry.config, this.#current.config);
      const changes = describeChanges(this.#current.config, config);
      if (changes.length === 0) return this.#unchanged([]);
      const problemAt: Candidate["problemAt"] = (_path, message) => this.#problem(message);
      return this.#put("rollback", { config, document, warnings: [], problemAt }, changes);
    });
  }

  get inForce(): Config {
    return this.#current.config;
  }

  get #current(): Entry {
    const [entry] = this.#entries;
    if (entry === undefined) throw new Error("there is always a configuration in force");
    return entry;
  }

  async #reload(by: Origin, dryRun: boolean): Promise<ReloadOutcome> {
    const loaded = await this.#load(by);
    if (!loaded.ok) {
      const { problems, warnings } = loaded;
      return dryRun
        ? { applied: false, problems, warnings, changes: [] }
        : this.#refuse(by, { problems, warnings, changes: [] });
    }
    const changes = describeChanges(this.#current.config, loaded.config);
    if (dryRun) return { applied: false, problems: [], changes, warnings: loaded.warnings };
    if (changes.length === 0) return this.#unchanged(loaded.warnings);
    return this.#put(by, loaded, changes);
  }

  async #load(
    by: Origin,
  ): Promise<LoadResult | Pick<Extract<LoadResult, { ok: false }>, "ok" | "problems" | "warnings">> {
    try {
      return await this.#options.load(by, this.#current.document);
    } catch (error) {
      return { ok: false, problems: [this.#fault(error)], warnings: [] };
    }
  }

  async #put(by: Origin, candidate: Candidate, changes: readonly string[]): Promise<ReloadOutcome> {
    const { clock, log, put } = this.#options;
    const { config, document, warnings } = candidate;
    const startedAt = clock.monotonic();
    try {
      await put(config);
    } catch (error) {
      return this.#refuse(by, { problems: [this.#explained(error, candidate)], warnings, changes });
    }
    this.#remember({ by, config, document, changes });
    const tookMs = clock.monotonic() - startedAt;
    log("config.reloaded", { file: config.file, by, changes: changes.length, summary: changes.join("; ") });
    return this.#decided(by, { applied: true, id: this.#current.id, changes, warnings, tookMs });
  }

  #explained(error: unknown, candidate: Candidate): Problem {
    try {
      return this.#options.explain(error, candidate);
    } catch {
      return this.#fault(error);
    }
  }

  /** What nobody can explain is a fault of ours; the router must not end of it. */
  #fault(error: unknown): Problem {
    const problem = error instanceof Error ? error.message : String(error);
    this.#options.log("router.failed", { problem, stack: error instanceof Error ? (error.stack ?? "") : "" });
    return this.#problem(problem);
  }

  #unchanged(warnings: readonly Problem[]): ReloadOutcome {
    return { applied: true, id: this.#current.id, changes: [], warnings, tookMs: 0 };
  }

  #refuse(by: Origin, refusal: Omit<Extract<ReloadOutcome, { applied: false }>, "applied">): ReloadOutcome {
    const { problems } = refusal;
    const [first] = problems;
    const problem = first === undefined ? "" : problemLine(first);
    this.#options.log("config.refused", { file: this.#current.config.file, problems: problems.length, problem });
    return this.#decided(by, { applied: false, ...refusal });
  }

  #decided(by: Origin, outcome: ReloadOutcome): ReloadOutcome {
    this.#options.decided?.(by, outcome);
    return outcome;
  }

  #problem(message: string): Problem {
    return { file: this.#current.config.file, line: 1, column: 1, path: "", message };
  }

  #remember(entry: Omit<Entry, "id" | "at">): void {
    const at = new Date(this.#options.clock.now()).toISOString();
    this.#entries.unshift({ ...entry, id: this.#nextId++, at });
    if (this.#entries.length > maxEntries) this.#entries.pop();
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#busy.then(run);
    this.#busy = turn.catch(() => undefined);
    return turn;
  }
}

function noEntry(id: number | undefined, entries: readonly Entry[]): string {
  if (id === undefined) return "there is no earlier configuration since the router was started";
  return `there is no configuration ${id}: the last ones are ${entries.map((entry) => entry.id).join(", ")}`;
}
