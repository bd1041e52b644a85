import * as z from "zod";
import { builtInDefaults } from "./defaults.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { cookieNameSchema, keyHeaderSchema } from "./key-schema.ts";
import { switchSchema } from "./leaf-schemas.ts";
import { durationSchema, wholeNumberSchema } from "./units.ts";

const defaults = builtInDefaults.affinity;

const formats = ["keyed", "arr"] as const;
const sameSites = ["lax", "strict", "none", "off"] as const;
const whenDowns = ["rebalance", "refuse"] as const;

const notAPath = expected(
  "a cookie's path",
  'printable ASCII without ";" and spaces, that begins with "/", such as /owa',
);
const notADomain = expected("a domain", "the name that all hosts of the cookie end with, such as example.com");
const notSecure = expected("a switch", "true, false, or auto (where the client came by https)");

/** Keys that say something of the cookie, and so need one. */
export const cookieKeys = ["format", "domain", "path", "secure", "httpOnly", "sameSite", "maxAge"] as const;

/** The key `affinity` of a farm. */
export const affinitySchema = z.strictObject({
  cookie: cookieNameSchema.optional().meta({
    description: "The name of a cookie that says which server the client was on.",
  }),
  format: z
    .enum(formats, { error: expectedOneOf(formats) })
    .optional()
    .meta({
      description:
        "The cookie's value. `keyed`: nobody can guess it. `arr`: what IIS ARR and Azure send, so that their cookies stay valid; it is made of the server's host alone.",
      default: defaults.format,
    }),
  domain: z.string({ error: notADomain }).optional().meta({
    description: "The cookie's Domain. Left out: it goes back to the host that set it alone.",
  }),
  path: z
    .string({ error: notAPath })
    .regex(/^\/[\x21-\x3a\x3c-\x7e]*$/, { error: notAPath })
    .optional()
    .meta({ description: "The cookie's Path.", default: defaults.path }),
  secure: z
    .union([z.literal("auto"), z.boolean()], { error: notSecure })
    .optional()
    .meta({
      description: "The cookie's Secure. `auto`: where the client came by https.",
      default: defaults.secure,
    }),
  httpOnly: switchSchema
    .optional()
    .meta({ description: "The cookie's HttpOnly: scripts can't read it.", default: defaults.httpOnly }),
  sameSite: z
    .enum(sameSites, { error: expectedOneOf(sameSites) })
    .optional()
    .meta({
      description: "The cookie's SameSite. `none` needs https; `off`: the attribute is left out.",
      default: defaults.sameSite,
    }),
  maxAge: durationSchema.optional().meta({
    description: "How long the browser keeps the cookie. Left out: until it is closed.",
  }),
  by: z
    .enum(["client-address"], { error: expected("what clients are known by", "client-address") })
    .optional()
    .meta({ description: "Clients are known by their address, without a cookie." }),
  header: keyHeaderSchema.optional().meta({
    description: "Clients are known by the value of this request header, without a cookie.",
  }),
  host: wholeNumberSchema(1, 1000).optional().meta({
    description: "So many members serve one host name, as in shared hosting. Left out: all do.",
  }),
  whenDown: z
    .enum(whenDowns, { error: expectedOneOf(whenDowns) })
    .optional()
    .meta({
      description: "What a client gets whose server is not available: another one, or the answer 503.",
      default: defaults.whenDown,
    }),
  idle: durationSchema.optional().meta({
    description: "With `by` and `header`: how long a client that sends nothing is remembered.",
    default: defaults.idle,
  }),
});

export type AffinityDocument = z.output<typeof affinitySchema>;
