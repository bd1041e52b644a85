import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { durationOrOffSchema } from "./units.ts";

const defaults = builtInDefaults.timeouts;

/** `timeouts` of a farm and of `defaults`. */
export const timeoutsSchema = z.strictObject({
  connect: durationOrOffSchema
    .optional()
    .meta({ description: "Until the member has accepted the connection, TLS included.", default: defaults.connect }),
  response: durationOrOffSchema.optional().meta({
    description: "From the last byte of the request to the end of the answer's header.",
    default: defaults.response,
  }),
  idle: durationOrOffSchema
    .optional()
    .meta({ description: "Between two bytes of a body, either way.", default: defaults.idle }),
  keepAlive: durationOrOffSchema
    .optional()
    .meta({ description: "How long a client connection may rest between two requests.", default: defaults.keepAlive }),
  memberKeepAlive: durationOrOffSchema.optional().meta({
    description: "How long an unused member connection is kept; keep it below the member's own limit.",
    default: defaults.memberKeepAlive,
  }),
});

export type TimeoutsDocument = z.output<typeof timeoutsSchema>;
