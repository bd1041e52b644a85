// Writes the generated pages of docs/reference. Run after `npm run build`; a test fails where they are out of date.
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [out = "dist"] = argv.slice(2);
const load = (file) => import(pathToFileURL(resolve(out, "src", file)).href);
const { configurationPage } = await load("config/configuration-page.js");
const { configJsonSchema } = await load("config/json-schema.js");
const { exchangePreset } = await load("exchange/exchange-preset.js");

writeFileSync("docs/reference/configuration.md", configurationPage(configJsonSchema({ exchange: exchangePreset })));

const { errorsTable, logEventsTable, metricsTable } = await import(
  pathToFileURL(resolve(out, "test/support/reference-tables.js")).href
);
writeFileSync(
  "docs/reference/errors.md",
  `# Errors

Why a request was not answered by a member, or only in part. The code stands in the answer's \`X-Fairlead-Error\` header and
on its page; \`src/farm/faults.ts\` is the one table that decides what follows from it.

"Sent again": \`always\` = nothing of the request can have been acted on; \`if-idempotent\` = it may have been, so by default only a GET,
HEAD, OPTIONS, TRACE, PUT or DELETE goes to another member; \`never\`. In no case after a byte of the answer went to the client,
on a connection that carried NTLM or Negotiate, or when the request's body was longer than \`failover.replay\`.

${errorsTable()}
`,
);
writeFileSync(
  "docs/reference/log-events.md",
  `# Log events

Everything the router can log: JSON lines on standard output, or sentences where that is a terminal. There is no field for a
header, a cookie, a body or a password.

${logEventsTable()}
`,
);
writeFileSync(
  "docs/reference/metrics.md",
  `# Metrics

Everything that \`/metrics\` says; [docs/metrics.md](../metrics.md) tells how to read it. Counters begin at zero when the router
is started and go on over reloads; those of a farm, server or listener that a reload takes away disappear. A counter with
labels beside \`farm\`, \`server\` and \`listener\` appears with its first event. Requests that reached no farm have the farm "".

A histogram has the usual series \`…_bucket\` (with \`le\`), \`…_sum\` and \`…_count\`.

${metricsTable()}
`,
);
