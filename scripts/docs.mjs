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
