import type { Handler } from "../lab-exchange.ts";
import { cookieValue } from "../lab-request.ts";

/** PowerShell remoting: one WS-Management envelope; the cookie is what ties a session to its server ([MS-WSMV]). */
export const powershell: Handler = async (exchange) => {
  await exchange.body.drain();
  const session = cookieValue(exchange.request, "MS-WSMAN") ?? exchange.frontEnd.computer;
  await exchange.respond({
    status: exchange.request.method === "POST" ? 200 : 405,
    fields: [
      ["Content-Type", "application/soap+xml;charset=UTF-8"],
      ["Set-Cookie", `MS-WSMAN=${session}; path=/powershell; secure; HttpOnly`],
    ],
    body: `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`,
  });
};
