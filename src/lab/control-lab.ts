import type { PoolOrder } from "./lab-control.ts";
import type { LabStatus } from "./lab-status.ts";

/** The lab could not be reached, or refused; the message is for people. */
export class LabControlError extends Error {
  override readonly name = "LabControlError";
}

/** Asks a running lab, by its control port on this machine, how it is. */
export async function fetchLabStatus(port: number): Promise<LabStatus> {
  return ask(port, "/status", { method: "GET" });
}

/** Carries out an order in a running lab and returns how it is then. */
export async function orderLab(port: number, server: string, protocol: string, order: PoolOrder): Promise<LabStatus> {
  const path = `/servers/${encodeURIComponent(server)}/protocols/${encodeURIComponent(protocol)}`;
  const headers = { "content-type": "application/json" };
  return ask(port, path, { method: "PUT", headers, body: JSON.stringify(order) });
}

async function ask(port: number, path: string, request: RequestInit): Promise<LabStatus> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, request).catch((cause: unknown) => {
    throw new LabControlError(
      `No lab answers on port ${port} of this machine. Is one running, and is this its control port?`,
      {
        cause,
      },
    );
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new LabControlError(errorIn(answer));
  if (!isLabStatus(answer)) throw new LabControlError(`What answers on port ${port} is no lab.`);
  return answer;
}

function isLabStatus(value: unknown): value is LabStatus {
  return typeof value === "object" && value !== null && "servers" in value && Array.isArray(value.servers);
}

function errorIn(answer: unknown): string {
  const known = typeof answer === "object" && answer !== null && "error" in answer;
  return known && typeof answer.error === "string" ? answer.error : "The lab refused.";
}
