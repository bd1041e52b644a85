import * as z from "zod";
import { expectedOneOf } from "./expected.ts";

const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export type TlsVersion = (typeof versions)[number];

export const tlsVersionSchema = z.enum(versions, { error: expectedOneOf(versions) });
