import type { FaultCode } from "../farm/faults.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { ClientSettings } from "./client-settings.ts";

/** What is too much in a head that is small enough as a whole; null = nothing. */
export function headExcess(
  { target, fields }: RequestHead,
  { maxUrlBytes, maxHeaderFields }: Pick<ClientSettings, "maxUrlBytes" | "maxHeaderFields">,
): FaultCode | null {
  if (target.length > maxUrlBytes) return "uri-too-long";
  return fields > maxHeaderFields ? "too-many-headers" : null;
}
