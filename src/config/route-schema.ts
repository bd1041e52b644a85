import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { requestLimitsShape } from "./limits-schema.ts";
import { nameSchema, switchSchema, textSchema } from "./leaf-schemas.ts";
import { sizeOrOffSchema } from "./units.ts";

/** One entry of `routes`. */
export const routeSchema = z.strictObject({
  host: textSchema(
    "a host name",
    "a host name, *.domain for all names under it, name.* for all that begin so, or leave the key out for any host",
  )
    .optional()
    .meta({
      description:
        'The host name that clients ask for; "*.example.com" = all names under it, "mail.*" = all that begin with "mail.". Left out: any.',
    }),
  path: textSchema("a path", 'a path that begins with "/"')
    .optional()
    .meta({ description: "The path and all below it, in any case.", default: builtInDefaults.route.path }),
  exact: switchSchema
    .optional()
    .meta({ description: "true: only the path itself, nothing below it.", default: builtInDefaults.route.exact }),
  farm: nameSchema.meta({ description: "The farm that answers." }),
  ...requestLimitsShape,
  maxBody: sizeOrOffSchema("1KiB", "1024GiB").optional().meta({
    description: "The largest body of a request, or `off`.",
    default: builtInDefaults.route.maxBody,
  }),
});

export type RouteInput = z.input<typeof routeSchema>;
export type RouteDocument = z.output<typeof routeSchema>;
