import type * as z from "zod";
import type { FarmInput } from "./farm-schema.ts";
import type { Path } from "./problem.ts";
import type { RouteInput } from "./route-schema.ts";

/** What a preset's block stands for, as an admin would have written it. */
export interface Expansion {
  readonly farms: Readonly<Record<string, FarmInput>>;
  readonly routes: readonly RouteInput[];
  /** Pairs of a place in the expansion and the place in the block that it was made from; else the block as a whole. */
  readonly origins: readonly (readonly [Path, Path])[];
  /** Places are within the block. */
  readonly problems: readonly Remark[];
  readonly warnings: readonly Remark[];
}

export interface Remark {
  readonly path: Path;
  readonly message: string;
}

/** A block of the document that stands for farms and routes, such as `exchange:`. */
export interface Preset {
  readonly description: string;
  readonly schema: z.ZodType;
  /** null = the block is wrong, which `check` has reported. */
  readonly expand: (raw: unknown, check: Check) => Expansion | null;
}

/** Validates against a schema and reports what is wrong; null = unusable. */
type Check = <S extends z.ZodType>(schema: S, raw: unknown) => z.output<S> | null;

/** Presets by the key of their block. */
export type Presets = Readonly<Record<string, Preset>>;

export function createPreset<S extends z.ZodType>(
  description: string,
  schema: S,
  expand: (block: z.output<S>) => Expansion,
): Preset {
  return {
    description,
    schema,
    expand(raw, check) {
      const block = check(schema, raw);
      return block === null ? null : expand(block);
    },
  };
}
