import type { Config, ListenerConfig } from "../config/config.ts";
import { listenPlaceText } from "../config/listen-place-text.ts";
import type { ExplainedClient } from "./explained-client.ts";

/** Where a request comes in; null = nobody listens there. */
export interface FoundListener {
  readonly listener: ListenerConfig | null;
  readonly place: string;
  readonly note: string;
}

/** By the port of the URL, whatever the address: names of hosts may stand for any. */
export function findListener({ listeners }: Pick<Config, "listeners">, client: ExplainedClient): FoundListener {
  const { https, port } = client;
  const scheme = https ? "https" : "http";
  const found = listeners.find((one) => one.port === port && (one.tls !== null) === https);
  if (found !== undefined) return { listener: found, place: `${scheme}://${listenPlaceText(found)}`, note: "" };
  const there = listeners.map((one) => `${one.tls === null ? "http" : "https"}://${listenPlaceText(one)}`).join(", ");
  const note = `nobody listens for ${scheme} on port ${port}; there are ${there}. What follows is as if somebody did.`;
  return { listener: null, place: "", note };
}
