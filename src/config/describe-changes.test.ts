import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aConfig } from "../../test/support/configs.ts";
import type { AcmeConfig } from "./config.ts";
import { describeChanges } from "./describe-changes.ts";

const acme = (email: string, hmacKey: string): AcmeConfig => ({
  email,
  directory: "https://ca.test/dir",
  ca: null,
  eab: { keyId: "kid", hmacKey },
  challenges: ["http-01"],
  folder: "acme",
  certificates: [],
});

describe("what changes", () => {
  it("is told without the key of an account", () => {
    const before = aConfig([], { acme: acme("a@b.test", "hunter1") });
    const after = aConfig([], { acme: acme("c@d.test", "hunter2") });
    assert.deepEqual(describeChanges(before, after), ["acme.email: a@b.test -> c@d.test", "acme.eab.hmacKey changed"]);
    assert.doesNotMatch(describeChanges(aConfig([]), after).join(), /hunter/);
  });
});
