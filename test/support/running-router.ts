import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { stringify } from "yaml";
import { Program } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** `fairlead run` as a process of its own; killed with the test. */
export interface RunningRouter {
  readonly program: Program;
  /** Of the first listener. */
  readonly port: number;
  readonly adminUrl: string;
  /** With its configuration; it runs there. */
  readonly folder: string;
}

/** Its ports must be 0 in the document; the log tells which they are. `folder`: runs there, where one has run before. */
export async function runRouter(
  t: TestContext,
  document: Readonly<Record<string, unknown>>,
  options: {
    readonly openFiles?: number;
    readonly env?: Readonly<Record<string, string>>;
    readonly folder?: string;
  } = {},
): Promise<RunningRouter> {
  const folder = options.folder ?? (await newFolder(t));
  await writeFile(join(folder, "fairlead.yaml"), stringify({ admin: { port: 0 }, ...document }));
  const program = new Program(["run"], { ...options, folder });
  t.after(() => program.kill());
  await program.untilOutput(/"event":"router.started"/);
  const [, port = ""] = await program.untilOutput(/"event":"listener.bound".*?"port":(\d+)/);
  const [, adminUrl = ""] = await program.untilOutput(/"event":"admin.bound","url":"([^"]+)"/);
  return { program, port: Number(port), adminUrl, folder };
}

async function newFolder(t: TestContext): Promise<string> {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  return folder.path;
}
