import type { Handler, LabExchange } from "../lab-exchange.ts";
import type { Field } from "../lab-request.ts";

const versionFields: readonly Field[] = [
  ["MS-Server-ActiveSync", "15.0"],
  ["MS-ASProtocolVersions", "2.0,2.1,2.5,12.0,12.1,14.0,14.1"],
  [
    "MS-ASProtocolCommands",
    "Sync,SendMail,SmartForward,SmartReply,GetAttachment,FolderSync,FolderCreate,FolderDelete,FolderUpdate,MoveItems," +
      "GetItemEstimate,MeetingResponse,Search,Settings,Ping,ItemOperations,Provision,ResolveRecipients,ValidateCert",
  ],
];
const methods = "OPTIONS,POST";
const defaultHeartbeatSeconds = 480;

/** WBXML of `<Ping><Status>1</Status></Ping>`: nothing has changed (MS-ASCMD 2.2.1.13). */
const nothingChanged = Buffer.from("03016a00000d45470331000101", "hex");
const empty = Buffer.from("03016a00", "hex");

/** Exchange ActiveSync: OPTIONS, Ping that hangs for its heartbeat, every other command answered at once. */
export const activeSync: Handler = async (exchange) => {
  const { method, query } = exchange.request;
  if (method === "OPTIONS") await options(exchange);
  else if (method !== "POST") await exchange.respond({ status: 501, fields: [["Allow", methods]] });
  else if (query.get("Cmd")?.toLowerCase() === "ping") await ping(exchange);
  else {
    await exchange.body.drain();
    await answer(exchange, empty);
  }
};

async function options(exchange: LabExchange): Promise<void> {
  await exchange.respond({ status: 200, fields: [...versionFields, ["Public", methods], ["Allow", methods]] });
}

/** Not a byte is sent while it hangs. The heartbeat may have fractions of a second. */
async function ping(exchange: LabExchange): Promise<void> {
  const body = await exchange.body.text();
  const asked = exchange.request.query.get("HeartbeatInterval") ?? /HeartbeatInterval\W+([\d.]+)/.exec(body)?.[1];
  await exchange.connection.park(Number(asked ?? defaultHeartbeatSeconds) * 1000);
  await answer(exchange, nothingChanged);
}

async function answer(exchange: LabExchange, body: Buffer): Promise<void> {
  const type: Field = ["Content-Type", "application/vnd.ms-sync.wbxml"];
  await exchange.respond({ status: 200, fields: [type, ...versionFields], body });
}
