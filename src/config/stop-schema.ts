import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { durationSchema } from "./units.ts";

/** The section `stop`. */
export const stopSchema = z.strictObject({
  grace: durationSchema.optional().meta({
    description: "How long running requests may take to end after SIGTERM or Ctrl-C; what is left is then cut.",
    default: builtInDefaults.stop.grace,
  }),
  upgradeGrace: durationSchema.optional().meta({
    description: "The same in the old process after `fairlead upgrade`: nothing presses, the new one serves.",
    default: builtInDefaults.stop.upgradeGrace,
  }),
});
