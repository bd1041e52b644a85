import type { RawConnection } from "./raw-member.ts";

/**
 * For `RawMember.start`: authenticates the connection as IIS does, and from then on every request on it is that user's.
 * `NTLM 1:user` is challenged, `NTLM 3:user` and `Negotiate user` are accepted, `Basic user` counts for its request only.
 * Answers with the user's name, or 401. A member that skipped the challenge on this connection refuses the third leg.
 */
export function authenticating(connection: RawConnection): void {
  let user = "";
  let challenged = "";
  const answer = (head: string): string => {
    const [scheme = "", token = ""] = /^authorization: (\S+) (\S+)/im.exec(head)?.slice(1) ?? [];
    if (scheme === "NTLM" && token.startsWith("1:")) {
      challenged = token.slice(2);
      return response(401, `WWW-Authenticate: NTLM challenge-for-${challenged}\r\n`, "continue");
    }
    if (scheme === "NTLM" && token === `3:${challenged}`) user = challenged;
    if (scheme === "Negotiate") user = token;
    const named = scheme === "Basic" ? token : user;
    if (named !== "") return response(200, "", named);
    return response(
      401,
      "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm=x\r\n",
      "nobody",
    );
  };
  connection.socket.on("data", () => {
    const heads = connection.text.split("\r\n\r\n");
    connection.received = Buffer.from(heads.pop() ?? "", "latin1");
    for (const head of heads) connection.write(answer(head));
  });
}

function response(status: number, fields: string, body: string): string {
  return `HTTP/1.1 ${status} x\r\nDate: x\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}
