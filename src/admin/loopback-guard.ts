import ipaddr from "ipaddr.js";

/** Does this address, as a socket or a configuration gives it, belong to this machine alone? */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}

/** Does a browser send the request for a page of our own, or is it no browser's at all (no Origin)? */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || origin.toLowerCase() === `http://${host?.toLowerCase()}`;
}

/**
 * The same of what browsers send without an Origin, such as an image's address (W3C Fetch Metadata). A link may lead here
 * from anywhere.
 */
export function isOwnPage(site: unknown, mode: unknown): boolean {
  return site === undefined || site === "same-origin" || site === "none" || mode === "navigate";
}

/**
 * Is a Host header's value a name that only this machine has? A page from elsewhere can make a browser resolve its own
 * name to 127.0.0.1 (DNS rebinding), but not send another Host than that name.
 */
export function isOwnHost(host: string | undefined, boundAddress: string): boolean {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host ?? "");
  const name = (parts?.[1] ?? parts?.[2] ?? "").toLowerCase();
  return name === "localhost" || isLoopback(name) || (ipaddr.isValid(name) && name === boundAddress);
}
