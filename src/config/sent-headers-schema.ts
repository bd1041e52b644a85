import * as z from "zod";
import { expected, expectedSecret } from "./expected.ts";
import { textSchema } from "./leaf-schemas.ts";

/** A header's name (RFC 9110 5.6.2). */
const notAHeader = expected("a header's name", "letters, digits and -, such as Authorization");
const headerSchema = z.string({ error: notAHeader }).regex(/^[A-Za-z0-9-]+$/, { error: notAHeader });

/** Printable ASCII: what goes out in a header without a doubt. */
const notAValue = { error: expectedSecret("the header's value, of printable ASCII characters") };
const valueSchema = z.string(notAValue).regex(/^[\x20-\x7e]+$/, notAValue);

/** The keys `headers` and `headersEnv` of whatever the router sends to; `who` asks for them. */
export function sentHeadersShape(who: string, variable: string) {
  return {
    headers: z
      .record(headerSchema, valueSchema)
      .optional()
      .meta({ description: `Headers that ${who} asks for. Secret ones are better put into \`headersEnv\`.` }),
    headersEnv: z
      .record(headerSchema, textSchema("a name", "the name of an environment variable"))
      .optional()
      .meta({ description: `Headers whose values are in environment variables: { Authorization: ${variable} }.` }),
  };
}
