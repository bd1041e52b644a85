/** What became of the wish to put a new version in the place of the running one. */
export type UpgradeOutcome =
  /** The new process serves; the old one ends when its connections have. */
  | { readonly upgraded: true; readonly pid: number; readonly version: string }
  /** The old one serves on. */
  | { readonly upgraded: false; readonly problem: string };
