import * as z from "zod";
import { acmeSchema } from "./acme-schema.ts";
import { balanceSchema } from "./balance-schema.ts";
import { builtInDefaults } from "./defaults.ts";
import { eventsSchema } from "./events-schema.ts";
import { expected, expectedOneOf } from "./expected.ts";
import { failoverSchema } from "./failover-schema.ts";
import { farmSchema } from "./farm-schema.ts";
import { healthDefaultsSchema } from "./health-schema.ts";
import { fileSchema, listenPortSchema, nameSchema, switchSchema, textSchema } from "./leaf-schemas.ts";
import { liveTrafficSchema } from "./live-traffic-schema.ts";
import { minimumServersSchema, slowStartSchema } from "./load-schemas.ts";
import { limitsSchema } from "./limits-schema.ts";
import { accessLogSchema, logSchema } from "./log-schema.ts";
import { listenerSchema } from "./listener-schema.ts";
import { metricsSchema } from "./metrics-schema.ts";
import { outboundRuleSchema, preConditionSchema } from "./outbound-rule-schema.ts";
import { routeSchema } from "./route-schema.ts";
import { rewriteMapSchema, ruleNameSchema, ruleSchema } from "./rule-schema.ts";
import { serverSchema } from "./server-schema.ts";
import { stopSchema } from "./stop-schema.ts";
import { timeoutsSchema } from "./timeouts-schema.ts";
import { tracingSchema } from "./tracing-schema.ts";

export const defaultsSchema = z.strictObject({
  health: healthDefaultsSchema.optional().meta({ description: "Health checks of all farms." }),
  failover: failoverSchema.optional().meta({ description: "Failover of all farms." }),
  liveTraffic: liveTrafficSchema.optional().meta({ description: "`liveTraffic` of all farms." }),
  minimumServers: minimumServersSchema,
  slowStart: slowStartSchema,
  timeouts: timeoutsSchema.optional().meta({ description: "Time-outs of all farms; each can be `off`." }),
  balance: balanceSchema.optional().meta({ description: "Balance of all farms.", default: builtInDefaults.balance }),
});

const notCidrs = expected("a list of networks", "networks or addresses, such as [10.0.0.0/8, 192.168.1.4]");

export const forwardedSchema = z.strictObject({
  trusted: z
    .array(textSchema("a network", "a network or address, such as 10.0.0.0/8"), { error: notCidrs })
    .optional()
    .meta({
      description:
        "Networks of the proxies in front of this one, whose X-Forwarded-* headers are kept; `unix`: who comes by a Unix domain socket.",
    }),
  standard: switchSchema.optional().meta({
    description: "Also send the standard header Forwarded (RFC 7239).",
    default: builtInDefaults.forwarded.standard,
  }),
  logId: switchSchema.optional().meta({
    description: "Send X-ARR-LOG-ID as ARR does: a new GUID for each request, which the access log has, too.",
    default: builtInDefaults.forwarded.logId,
  }),
  traceparent: z
    .enum(["pass", "join"], { error: expectedOneOf(["pass", "join"]) })
    .optional()
    .meta({
      description:
        "W3C trace context. `pass`: as it came. `join`: members are told that this router is their caller, and a trace begins here where there is none.",
      default: builtInDefaults.forwarded.traceparent,
    }),
});

export const adminSchema = z.union(
  [
    z.literal("off"),
    z.strictObject({
      address: textSchema("an address", "a loopback address, such as 127.0.0.1").optional().meta({
        description: "A loopback address: the admin API has no log-in yet.",
        default: builtInDefaults.admin.address,
      }),
      port: listenPortSchema
        .optional()
        .meta({ description: "The port of the admin API. 0 = any free one.", default: builtInDefaults.admin.port }),
    }),
  ],
  { error: expected("the admin API's place", "{ port: 9900 }, or off") },
);

export const stateFileSchema = z.union([z.literal("off"), fileSchema], {
  error: expected("a file name", "the name of a file, relative to this one, or off"),
});

const maxWorkers = 64;

const notWorkers = expected("a number of workers", `auto (one per core), or 0 (all in one process) to ${maxWorkers}`);
export const workersSchema = z.union(
  [z.literal("auto"), z.int().min(0, { error: notWorkers }).max(maxWorkers, { error: notWorkers })],
  {
    error: notWorkers,
  },
);

/** The sections of the document, without those that presets add. */
export const documentShape = {
  listen: z.array(listenerSchema).meta({ description: "Listeners: the ports on which clients connect." }),
  servers: z
    .record(nameSchema, serverSchema)
    .optional()
    .meta({ description: "Servers by name: a URL, or host name or IP address (then https and its port)." }),
  defaults: defaultsSchema.optional().meta({ description: "Values for all farms, where a farm has none of its own." }),
  farms: z
    .record(nameSchema, farmSchema)
    .optional()
    .meta({ description: "Farms by name: the servers that serve one protocol, with one health check." }),
  routes: z.array(routeSchema).optional().meta({
    description:
      "What is published. An exact host goes before *.name, that before name.*, the longest of them first, then the longest path.",
  }),
  rules: z.array(ruleSchema).optional().meta({
    description: "Rules as of IIS URL Rewrite, tried in order before the routes. docs/rules.md explains them.",
  }),
  outboundRules: z.array(outboundRuleSchema).optional().meta({
    description: "Rules for what members answer, tried in order: headers, status, links and text of bodies.",
  }),
  preConditions: z
    .record(ruleNameSchema, preConditionSchema)
    .optional()
    .meta({ description: "What must hold of a response before an outbound rule is tried, by name." }),
  rewriteMaps: z.record(ruleNameSchema, rewriteMapSchema).optional().meta({
    description: "Tables of keys and values for rules, by name: `{NAME:key}` in a rule is the value.",
  }),
  forwarded: forwardedSchema
    .optional()
    .meta({ description: "The headers X-Forwarded-For, -Proto, -Host and Forwarded." }),
  acme: acmeSchema.optional().meta({
    description: "The account for certificates that are got and renewed by ACME, such as Let's Encrypt's.",
  }),
  limits: limitsSchema.optional().meta({
    description: "How many connections clients may have, and what holds for all requests, whatever their route.",
  }),
  admin: adminSchema.optional().meta({ description: "Where the admin API listens, or `off`." }),
  metrics: metricsSchema.optional().meta({
    description: "A port for Prometheus on another machine: it serves `/metrics` and `/healthz` and nothing else.",
    default: "off",
  }),
  accessLog: accessLogSchema.optional().meta({
    description: "A line for each request that is over. Left out: none. docs/logs.md explains it.",
  }),
  log: logSchema.optional().meta({ description: "What the router says about itself." }),
  tracing: tracingSchema.optional().meta({
    description: "A span for each sampled request, sent to an OpenTelemetry collector. Left out: none.",
  }),
  events: eventsSchema.optional().meta({
    description: "Who is told when a member goes up or down, or a configuration comes into force.",
  }),
  workers: workersSchema.optional().meta({
    description: "Number of worker processes: `auto` = one per core, 0 = all in one process.",
    default: builtInDefaults.workers,
  }),
  stop: stopSchema.optional().meta({ description: "How the router ends." }),
  stateFile: stateFileSchema.optional().meta({
    description:
      "Where the states that operators give servers are kept over a restart, or `off`. Left out, and with a STATE_DIRECTORY in the environment (systemd sets it): `state.json` there.",
    default: builtInDefaults.stateFile,
  }),
};
