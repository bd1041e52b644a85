import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { anOperatorState } from "../../test/support/operator-state.ts";
import { temporaryFolder, type TemporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Log } from "../observe/log.ts";
import { noStates, type OperatorStates, withState } from "./operator-states.ts";
import { noStore, stateFile, type StateStore } from "./state-file.ts";

const posix = process.platform !== "win32";
const someStates: OperatorStates = withState(
  withState(noStates, { server: "cas1", farm: null }, anOperatorState({ note: "Änderung 7" })),
  { server: "cas2", farm: "owa" },
  anOperatorState({ state: "unavailable", until: "2026-01-01T00:10:00.000Z", cut: true }),
);

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("stateFile", () => {
  let folder: TemporaryFolder;
  let file: string;
  let logged: string[];
  let store: StateStore;

  const log: Log = (event, fields) => void logged.push(`${event} ${Object.values(fields).join(" ")}`);
  const write = (text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, ".fairlead", "state.json");
    logged = [];
    store = stateFile(file, log);
  });
  afterEach(() => folder.remove());

  it("gives back what was saved", () => {
    store.save(someStates);
    assert.deepEqual(stateFile(file, log).load(), someStates);
    store.save(noStates);
    assert.deepEqual(stateFile(file, log).load(), noStates);
    assert.deepEqual(logged, []);
  });

  it("begins with nothing where there is no file, and says nothing of it", () => {
    assert.deepEqual(store.load(), noStates);
    assert.deepEqual(logged, []);
  });

  it("is nobody else's business", { skip: !posix }, () => {
    store.save(someStates);
    store.cookieKey();
    assert.equal(modeOf(file), 0o600);
    assert.equal(modeOf(join(dirname(file), "affinity.key")), 0o600);
  });

  const good = JSON.stringify(someStates);
  const one = JSON.stringify(anOperatorState());
  const unreadable: Readonly<Record<string, string>> = {
    "is empty": "",
    "was cut short": good.slice(0, -20),
    "is no JSON": "\u0000\u0001garbage",
    "is another JSON": "[]",
    "is null": "null",
    "is of a version to come": good.replace('"version":1', '"version":2'),
    "has a state that there is not": good.replace('"drain"', '"off"'),
    "has a time that is none": good.replace("2026-01-01T00:00:00.000Z", "tomorrow"),
    "has a list where a server's state should be": '{"version":1,"servers":{"cas1":[]},"members":[]}',
    "has members of a server only": `{"version":1,"servers":{},"members":[${one}]}`,
  };
  for (const [what, text] of Object.entries(unreadable)) {
    it(`puts a file aside that ${what}, loudly, and begins with nothing`, () => {
      write(text);
      assert.deepEqual(store.load(), noStates);
      assert.equal(readFileSync(`${file}.unreadable`, "utf8"), text);
      assert.equal(logged.length, 1);
      assert.match(logged[0] ?? "", /^states\.unreadable .*state\.json/);
      store.save(someStates);
      assert.deepEqual(store.load(), someStates);
    });
  }

  it("takes no harm from names that every object has", () => {
    const hostile = `{"version":1,"__proto__":{"servers":{}},"servers":{"__proto__":${one},"constructor":${one}},"members":[{"farm":"__proto__","server":"__proto__",${one.slice(1)}]}`;
    write(hostile);
    const states = store.load();
    assert.equal(Object.getPrototypeOf(states.servers), Object.prototype);
    assert.deepEqual(Object.keys(states.servers), ["constructor"]);
    assert.equal(Reflect.get({}, "by"), undefined);
  });

  it("starts without states where the file can't be read at all", () => {
    mkdirSync(file, { recursive: true });
    assert.deepEqual(store.load(), noStates);
    assert.match(logged[0] ?? "", /^states\.unreadable .*EISDIR/);
  });

  it("throws where nothing can be written", () => {
    writeFileSync(dirname(file), "a file where the folder should be");
    assert.throws(() => store.save(someStates));
    assert.equal(store.cookieKey().length, 32);
    assert.match(logged[0] ?? "", /^states\.key-not-kept /);
  });

  it("makes the key once", () => {
    const key = store.cookieKey();
    assert.equal(key.length, 32);
    assert.deepEqual(store.cookieKey(), key);
    assert.deepEqual(stateFile(file, log).cookieKey(), key);
  });

  it("does not write a key through a link that somebody has put there", { skip: !posix }, () => {
    write("");
    const elsewhere = join(folder.path, "elsewhere");
    writeFileSync(elsewhere, "precious");
    symlinkSync(elsewhere, join(dirname(file), "affinity.key"));
    store.cookieKey();
    assert.equal(readFileSync(elsewhere, "utf8"), "precious");
  });
});

describe("noStore", () => {
  it("keeps nothing, and makes a key for this process", () => {
    noStore.save(someStates);
    assert.deepEqual(noStore.load(), noStates);
    assert.equal(noStore.cookieKey().length, 32);
  });
});
