import * as z from "zod";
import { expected } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";

const notAHeader = expected("a header's name", "letters, digits, - and _, such as X-User");
/** The name of a request header by which clients or requests are told apart. */
export const keyHeaderSchema = z
  .string({ error: notAHeader })
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: notAHeader })
  .refine((name) => !told.has(name.toLowerCase()), {
    error: ({ input }) => told.get(String(input).toLowerCase()) ?? notAHeader({ input }),
  });

const byAddress =
  "proxies in front of this one say in it whom they stand for: write client-address, and `forwarded.trusted`";

/** Headers that are read in another way. */
const told: ReadonlyMap<string, string> = new Map([
  ["cookie", "this header has all cookies together: name one of them with the key `cookie`"],
  ["x-forwarded-for", byAddress],
  ["forwarded", byAddress],
]);

const notACookie = expected("a cookie's name", "letters, digits, - and _, such as FairleadServer");
/** A token (RFC 6265 4.1.1). */
export const cookieNameSchema = z
  .string({ error: notACookie })
  .regex(/^[\w!#$%&'*+\-.^`|~]{1,128}$/, { error: notACookie });

const notParameters = expected("a list of query parameters", "one or more names, such as [customer]");

const notAKey = expected(
  "something to go by",
  "url, client-address, { header: NAME }, { cookie: NAME } or { query: [NAME] }",
);

const parts = z
  .strictObject({
    header: keyHeaderSchema.optional().meta({ description: "The value of this request header." }),
    cookie: cookieNameSchema.optional().meta({ description: "The value of this cookie." }),
    query: z
      .array(textSchema("a parameter", "the name of a query parameter"), { error: notParameters })
      .min(1, { error: notParameters })
      .optional()
      .meta({ description: "The values of these query parameters, one behind the other." }),
  })
  .check(({ value, issues }) => {
    // What is wrong by itself has been left out.
    if (issues.length > 0) return;
    const [first, second] = Object.keys(value);
    if (first === undefined) {
      issues.push({ code: "custom", message: notAKey({ input: value }), input: value });
    } else if (second !== undefined) {
      const message = `one thing to go by is enough: leave out \`${second}\`, or \`${first}\``;
      issues.push({ code: "custom", path: [second], message, input: value });
    }
  });

/** What requests are told apart by. */
export const keySchema = z.union([z.enum(["url", "client-address"]), parts], { error: notAKey });

export type KeyDocument = z.output<typeof keySchema>;
