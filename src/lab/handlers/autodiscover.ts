import type { Handler, LabExchange } from "../lab-exchange.ts";
import { escaped } from "./html-page.ts";

const xmlType = ["Content-Type", "text/xml; charset=utf-8"] as const;
const responseNamespace = "http://schemas.microsoft.com/exchange/autodiscover";

/** Autodiscover: the POX of Outlook, the JSON of its second version, and an envelope for SOAP clients. */
export const autodiscover: Handler = async (exchange) => {
  const { method, path } = exchange.request;
  const body = await exchange.body.text();
  if (path.startsWith("/autodiscover/autodiscover.json")) await json(exchange);
  else if (path.endsWith(".svc")) await soap(exchange);
  else if (!path.endsWith("/autodiscover.xml")) await exchange.respond({ status: 404 });
  else if (method === "POST") await settings(exchange, body);
  else await exchange.respond({ status: 200, fields: [xmlType], body: invalidRequest });
};

const invalidRequest =
  `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${responseNamespace}/responseschema/2006"><Response>` +
  '<Error Time="12:00:00.0000000" Id="1"><ErrorCode>600</ErrorCode><Message>Invalid Request</Message><DebugData />' +
  "</Error></Response></Autodiscover>";

async function settings(exchange: LabExchange, body: string): Promise<void> {
  const address = /<EMailAddress>([^<]*)</i.exec(body)?.[1] ?? `${exchange.user ?? "guest"}@tailspintoys.com`;
  const { site } = exchange;
  const host = escaped(exchange.request.head.host);
  const urls = `<EwsUrl>${site}/EWS/Exchange.asmx</EwsUrl><OABUrl>${site}/OAB/lab/</OABUrl><ASUrl>${site}/EWS/Exchange.asmx</ASUrl>`;
  const protocols =
    `<Protocol Type="mapiHttp"><MailStore><ExternalUrl>${site}/mapi/emsmdb/?MailboxId=lab@tailspintoys.com</ExternalUrl></MailStore></Protocol>` +
    `<Protocol><Type>EXPR</Type><Server>${host}</Server><SSL>On</SSL><AuthPackage>Ntlm</AuthPackage>${urls}</Protocol>` +
    `<Protocol><Type>WEB</Type><External><OWAUrl AuthenticationMethod="Fba">${site}/owa/</OWAUrl></External></Protocol>`;
  const user = `<User><DisplayName>${escaped(exchange.user ?? "guest")}</DisplayName><AutoDiscoverSMTPAddress>${escaped(address)}</AutoDiscoverSMTPAddress></User>`;
  const account = `<Account><AccountType>email</AccountType><Action>settings</Action>${protocols}</Account>`;
  await exchange.respond({
    status: 200,
    fields: [xmlType],
    body:
      `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${responseNamespace}/responseschema/2006">` +
      `<Response xmlns="${responseNamespace}/outlook/responseschema/2006a">${user}${account}</Response></Autodiscover>`,
  });
}

async function json(exchange: LabExchange): Promise<void> {
  const paths: Readonly<Record<string, string>> = {
    activesync: "/Microsoft-Server-ActiveSync",
    autodiscoverv1: "/autodiscover/autodiscover.xml",
    ews: "/EWS/Exchange.asmx",
  };
  const protocol = [...exchange.request.query].find(([name]) => name.toLowerCase() === "protocol")?.[1] ?? "";
  const path = paths[protocol.toLowerCase()];
  const found = { Protocol: protocol, Url: `${exchange.site}${path ?? ""}` };
  const unknown = { ErrorCode: "InvalidProtocol", ErrorMessage: `The given protocol value '${protocol}' is invalid.` };
  await exchange.respond({
    status: path === undefined ? 400 : 200,
    fields: [["Content-Type", "application/json"]],
    body: JSON.stringify(path === undefined ? unknown : found),
  });
}

async function soap(exchange: LabExchange): Promise<void> {
  const user = escaped(exchange.user ?? "guest");
  const content = `<GetUserSettingsResponseMessage><User>${user}</User></GetUserSettingsResponseMessage>`;
  await exchange.respond({
    status: 200,
    fields: [xmlType],
    body: `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${content}</s:Body></s:Envelope>`,
  });
}
