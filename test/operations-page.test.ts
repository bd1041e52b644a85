import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { main } from "../src/cli/program.ts";
import { builtInDefaults } from "../src/config/defaults.ts";
import { logEvents } from "../src/observe/log-events.ts";

const page = readFileSync("docs/operations.md", "utf8");

describe("docs/operations.md", () => {
  it("names log events that there are", () => {
    const named = [...page.matchAll(/`((?:worker|config|router|health|listener)\.[a-z-]+)`/g)].map(([, name]) => name);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((name) => name === undefined || !Object.hasOwn(logEvents, name)),
      [],
    );
  });

  it("shows the built-in values", () => {
    const [, block = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    assert.deepEqual(parse(block), { stop: builtInDefaults.stop });
  });

  it("leads to files that there are", () => {
    const links = [...page.matchAll(/\]\(([^):]+)\)/g)].map(([, link]) => `docs/${link}`);
    assert.ok(links.length > 5);
    assert.deepEqual(
      links.filter((link) => !existsSync(link)),
      [],
    );
  });

  it("uses commands that there are", async (t) => {
    const said: string[] = [];
    t.mock.method(process.stdout, "write", (text: string) => said.push(text));
    t.mock.method(process, "exit", () => {
      throw new Error("the end of help");
    });
    await assert.rejects(main(["--help"]), /the end of help/);
    t.mock.restoreAll();
    const commands = [...page.matchAll(/(?:fairlead|fairlead\.mjs) (?!node)([a-z]+)\b/g)].map(([, command]) => command);
    const missing = new Set(commands.filter((command) => !said.join("").includes(`  ${command} `)));
    assert.deepEqual([...missing], []);
  });
});
