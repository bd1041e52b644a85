import type { Handler } from "../lab-exchange.ts";
import { escaped, htmlPage } from "./html-page.ts";
import { isSignedIn, redirectToLogon, serverFooter } from "./owa.ts";

/** The control panel; it has no logon of its own. */
export const ecp: Handler = async (exchange) => {
  if (!isSignedIn(exchange, "ecp")) {
    await redirectToLogon(exchange);
    return;
  }
  const content = `<h1>Exchange Control Panel</h1><p>Options of <strong>${escaped(exchange.user ?? "guest")}</strong>.</p>`;
  await exchange.respond(htmlPage("Exchange Control Panel", content + serverFooter(exchange)));
};
