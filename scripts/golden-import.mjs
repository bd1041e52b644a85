// Writes what `fairlead import arr` makes of test/golden/import-arr/*.xml beside them. Build first.
import { writeFileSync } from "node:fs";
import { goldenNames, importGolden, yamlAndFindings } from "../dist/test/support/golden-import.js";

for (const name of goldenNames) {
  const { yaml, text } = yamlAndFindings(importGolden(name));
  const path = `test/golden/import-arr/${name}`;
  writeFileSync(`${path}.yaml`, yaml);
  writeFileSync(`${path}.txt`, text);
}
