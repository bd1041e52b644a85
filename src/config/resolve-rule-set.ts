import type { RuleConfig } from "../rules/rule-config.ts";
import { setsHeader } from "../rules/server-variables.ts";
import { variableName } from "../rules/variable-name.ts";
import { hostName } from "../http/authority.ts";
import { consistsOf, hostCharacters } from "../http/characters.ts";
import { builtInDefaults } from "./defaults.ts";
import type { Path } from "./problem.ts";
import { quote } from "./quote.ts";
import { checkTemplate, type TemplatePlaces } from "./rule-context.ts";
import type { RuleDocument } from "./rule-schema.ts";

const defaults = builtInDefaults.rule;

/** How the message goes over the connection is not for rules to say; the router writes it. */
const carriedHeaders: ReadonlySet<string> = new Set(
  "CONNECTION CONTENT_LENGTH TRANSFER_ENCODING UPGRADE EXPECT TE TRAILER KEEP_ALIVE PROXY_CONNECTION HTTP2_SETTINGS".split(
    " ",
  ),
);

/** Would a rule that sets this variable (upper case) set such a header? */
export function isCarried(name: string): boolean {
  return setsHeader(name) && carriedHeaders.has(name.slice("HTTP_".length));
}

export function resolveSet({ set }: RuleDocument, path: Path, places: TemplatePlaces): RuleConfig["set"] {
  const { findings } = places.context;
  const seen = new Map<string, string>();
  return Object.entries(set ?? {}).map(([written, setting]) => {
    const at = [...path, "set", written];
    const name = variableName(written);
    const fault = nameFault(written, name) ?? twinFault(written, seen.get(name));
    if (fault !== null) findings.problem(at, fault, "key");
    seen.set(name, seen.get(name) ?? written);
    const { value, replace = defaults.replace } = typeof setting === "string" ? { value: setting } : setting;
    const atValue = typeof setting === "string" ? at : [...at, "value"];
    checkTemplate(value, atValue, places);
    if (name === "HTTP_HOST") checkHost(value, atValue, places);
    return { name, value, replace };
  });
}

function nameFault(written: string, name: string): string | null {
  const isName = /^[A-Z_][A-Z0-9_]*$/.test(name) && name !== "HTTP_";
  if (!isName) return `${quote(written)} is not a name: write letters, digits and _, such as HTTP_X_NAME`;
  if (setsHeader(name)) {
    return isCarried(name)
      ? `${quote(written)} can't be set: how the request is carried is the router's own matter`
      : null;
  }
  if (name.startsWith("HTTP_"))
    return `${quote(written)} can't be set: it is no header, and says what the client has sent`;
  return name.startsWith("RESPONSE_")
    ? `${quote(written)} can't be set here: write an outbound rule, with the header's name in \`header\``
    : null;
}

function twinFault(written: string, twin: string | undefined): string | null {
  return twin === undefined ? null : `${quote(written)} is the same as ${quote(twin)}: leave one of the two out`;
}

/** Where it is known what it will be. */
function checkHost(value: string, path: Path, { context }: TemplatePlaces): void {
  if (value.includes("{")) return;
  const host = value.trim();
  if (host !== "" && consistsOf(hostCharacters, host, 0, host.length) && hostName(host) !== null) return;
  context.findings.problem(
    path,
    `${quote(value)} is no host: write a name, with a port or without, such as app.local:8080`,
  );
}
