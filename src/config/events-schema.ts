import * as z from "zod";
import { eventKinds } from "./event-kinds.ts";
import { expected, expectedOneOf, expectedSecret } from "./expected.ts";
import { sentHeadersShape } from "./sent-headers-schema.ts";

/** Many services have their token in it. */
const notAUrl = { error: expectedSecret("where events are taken, such as https://alerts.example.com/fairlead") };
const notKinds = expected("a list of kinds", `some of ${eventKinds.join(", ")}`);

/** The section `events`. */
export const eventsSchema = z.strictObject({
  webhook: z
    .strictObject({
      url: z.string(notAUrl).min(1, notAUrl).meta({ description: "Where events are sent to, by POST as JSON." }),
      ...sentHeadersShape("the receiver", "WEBHOOK_AUTHORIZATION"),
      kinds: z
        .array(z.enum(eventKinds, { error: expectedOneOf(eventKinds) }), { error: notKinds })
        .min(1, { error: () => "nothing is sent: write kinds, or leave the key out for all of them" })
        .optional()
        .meta({ description: "The kinds of events that are sent. Left out: all." }),
    })
    .optional()
    .meta({ description: "Tells another program of every event. docs/events.md explains it." }),
});

export type EventsDocument = z.output<typeof eventsSchema>;
