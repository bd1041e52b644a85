import * as z from "zod";
import type { TlsVersion } from "./config.ts";
import { expectedOneOf } from "./expected.ts";

const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const satisfies readonly TlsVersion[];

export const tlsVersionSchema = z.enum(versions, { error: expectedOneOf(versions) });
