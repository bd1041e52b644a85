import { createHash } from "node:crypto";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

/** The health matrix, servers by farms; it keeps itself up to date from the admin API. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Fairlead</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>Fairlead</h1><p id="summary" role="status">Loading …</p></header>
<main>
<div class="scroll"><table aria-label="Health of every server in every farm"><thead id="head"></thead><tbody id="body"></tbody></table></div>
<section id="detail" aria-live="polite"><p>Point at a cell, or choose it, to see its last check.</p></section>
</main>
<script>${pageScript}</script>
</body>
</html>
`;

/** Nothing but this page's own script and style runs in it. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src '${sha256(pageScript)}'`,
  `style-src '${sha256(pageStyle)}'`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function sha256(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
