import type { Handler, LabExchange } from "../lab-exchange.ts";
import type { Field } from "../lab-request.ts";
import { escaped, htmlPage } from "./html-page.ts";

/** Outlook on the web: forms-based logon, then a page that names the user and the server. */
export const owa: Handler = async (exchange) => {
  const { path } = exchange.request;
  if (path === "/owa/auth/logon.aspx") await logonPage(exchange);
  else if (path === "/owa/auth.owa" || path === "/owa/auth/owaauth.dll") await logon(exchange);
  else if (path === "/owa/logoff.owa" || path === "/owa/auth/logoff.aspx") await logoff(exchange);
  else if (!path.startsWith("/owa/")) await redirect(exchange, "/owa/");
  else if (isSignedIn(exchange, "owa")) await mailbox(exchange);
  else await redirectToLogon(exchange);
};

/** Knows the user by the logon's cookies too; a guest counts where no authentication is required. */
export function isSignedIn(exchange: LabExchange, protocol: "owa" | "ecp"): boolean {
  exchange.user ??= exchange.frontEnd.sessions.userOf(exchange.request);
  return exchange.user !== null || exchange.frontEnd.authentication[protocol] === "none";
}

export async function redirectToLogon(exchange: LabExchange): Promise<void> {
  const wanted = encodeURIComponent(`${exchange.site}${exchange.request.target}`);
  await redirect(exchange, `${exchange.site}/owa/auth/logon.aspx?url=${wanted}&reason=0`);
}

export function serverFooter({ frontEnd }: LabExchange): string {
  return `<footer>Answered by ${escaped(frontEnd.computer)} (${escaped(frontEnd.fqdn)})</footer>`;
}

async function redirect(exchange: LabExchange, location: string, fields: readonly Field[] = []): Promise<void> {
  await exchange.respond({ status: 302, fields: [["Location", location], ...fields] });
}

async function mailbox(exchange: LabExchange): Promise<void> {
  const name = escaped(exchange.user ?? "guest");
  const sign =
    exchange.user === null ? '<a href="/owa/auth/logon.aspx">Sign in</a>' : '<a href="/owa/logoff.owa">Sign out</a>';
  const content = `<h1>Outlook Web App</h1><p>Mailbox of <strong>${name}</strong>. ${sign}</p>`;
  await exchange.respond(htmlPage(`Mailbox of ${exchange.user ?? "guest"}`, content + serverFooter(exchange)));
}

async function logonPage(exchange: LabExchange): Promise<void> {
  const { query } = exchange.request;
  const wrong = query.get("reason") === "2" ? "<p>The user name or password you entered isn't correct.</p>" : "";
  const content =
    `<h1>Outlook Web App</h1>${wrong}<form name="logonForm" action="/owa/auth.owa" method="POST" autocomplete="off">` +
    `<input type="hidden" name="destination" value="${escaped(query.get("url") ?? `${exchange.site}/owa/`)}">` +
    '<input type="hidden" name="flags" value="4"><input type="hidden" name="forcedownlevel" value="0">' +
    '<label>User name<input name="username" autofocus></label>' +
    '<label>Password<input name="password" type="password"></label><button>sign in</button></form>';
  await exchange.respond(htmlPage("Outlook Web App", content + serverFooter(exchange)));
}

async function logon(exchange: LabExchange): Promise<void> {
  const form = new URLSearchParams(await exchange.body.text());
  const user = exchange.frontEnd.users.authenticate(form.get("username") ?? "", form.get("password") ?? "");
  const destination = localPath(exchange, form.get("destination") ?? "");
  if (user === null) {
    const url = encodeURIComponent(exchange.site + destination);
    await redirect(exchange, `${exchange.site}/owa/auth/logon.aspx?url=${url}&reason=2`);
    return;
  }
  exchange.user = user.name;
  const location = user.mailboxUrl ?? exchange.site + destination;
  await redirect(exchange, location, exchange.frontEnd.sessions.cookies(user.name));
}

async function logoff(exchange: LabExchange): Promise<void> {
  await redirect(exchange, "/owa/auth/logon.aspx", exchange.frontEnd.sessions.expiredCookies());
}

/** A form must not send its user to another site. */
function localPath(exchange: LabExchange, destination: string): string {
  const url = URL.canParse(destination, exchange.site) ? new URL(destination, exchange.site) : null;
  return url?.host === new URL(exchange.site).host ? url.pathname + url.search : "/owa/";
}
