import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { ntlmAuthenticate, ntlmNegotiate } from "../../src/lab/testing/ntlm-client.ts";
import { RawClient, type RawResponse } from "../../src/lab/testing/raw-client.ts";

/** Something that a client was promised and did not get. */
interface Loss {
  readonly what: string;
  /** The client's port: tells which connection it was. */
  readonly port: number;
  readonly why: string;
}

export interface Crowd {
  readonly losses: readonly Loss[];
  /** How many of each kind came out well. */
  readonly done: ReadonlyMap<string, number>;
  /** Connections that stand now. */
  open(): number;
  /** Lets what runs come to its end. */
  stop(): Promise<void>;
}

type Act = (client: RawClient) => Promise<{ readonly head: string } | null>;

interface Kind {
  readonly name: string;
  readonly count: number;
  /** On a new connection. */
  readonly begin?: (client: RawClient) => Promise<void>;
  /** One request; what is thrown is a loss. null = the connection goes on. */
  readonly act: Act;
  readonly pauseMs: number;
}

/**
 * Clients that keep their connections and use them all the time. A connection that ends between two requests, or whose
 * answer said so, is opened anew; one that ends in the middle of a request is a loss.
 */
export function startCrowd(port: number, kinds: readonly Kind[]): Crowd {
  const losses: Loss[] = [];
  const done = new Map<string, number>();
  const open = new Set<RawClient>();
  const state = { stopped: false };
  const use = async (kind: Kind, client: RawClient): Promise<void> => {
    await kind.begin?.(client);
    while (!state.stopped && !client.ended) {
      const response = await kind.act(client);
      done.set(kind.name, (done.get(kind.name) ?? 0) + 1);
      if (response !== null && /^connection: close/im.test(response.head)) return;
      await pause(kind.pauseMs * (0.5 + Math.random()));
    }
  };
  const one = async (kind: Kind): Promise<void> => {
    while (!state.stopped) {
      const socket = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
      const client = new RawClient(socket);
      open.add(client);
      const connected = once(socket, "connect").then(() => socket.localPort ?? 0);
      try {
        await connected;
        await use(kind, client);
      } catch (error) {
        losses.push({ what: kind.name, port: await connected.catch(() => 0), why: `${client.error} ${String(error)}` });
      }
      open.delete(client);
      client.close();
    }
  };
  const all = kinds.flatMap((kind) => Array.from({ length: kind.count }, () => one(kind)));
  return {
    losses,
    done,
    open: () => open.size,
    async stop() {
      state.stopped = true;
      await Promise.all(all);
    },
  };
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
}

function expect(condition: boolean, why: string): void {
  if (!condition) throw new Error(why);
}

/** GETs on a connection that is kept. */
export function keepAlive(count: number): Kind {
  return {
    name: "keep-alive",
    count,
    pauseMs: 1500,
    async act(client) {
      const response = await client.request("GET /lab/bytes/500 HTTP/1.1\r\nHost: mail.test\r\n\r\n");
      expect(response.status === 200 && response.body.length === 500, response.head);
      return response;
    },
  };
}

/** ActiveSync Pings that hang for some seconds each. */
export function pings(count: number): Kind {
  return {
    name: "Ping",
    count,
    pauseMs: 50,
    async act(client) {
      const seconds = (4 + Math.random() * 8).toFixed(1);
      const path = `/Microsoft-Server-ActiveSync?Cmd=Ping&User=alice&DeviceId=1&HeartbeatInterval=${seconds}`;
      const response = await client.request(`POST ${path} HTTP/1.1\r\nHost: mail.test\r\nContent-Length: 0\r\n\r\n`);
      expect(response.status === 200, response.head);
      return response;
    },
  };
}

/** Echoes over an upgraded connection. */
export function webSockets(count: number): Kind {
  return {
    name: "WebSocket",
    count,
    pauseMs: 700,
    async begin(client) {
      const key = randomBytes(16).toString("base64");
      const fields = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}`;
      const response = await client.request(`GET /lab/websocket HTTP/1.1\r\nHost: mail.test\r\n${fields}\r\n\r\n`);
      expect(response.status === 101, response.head);
    },
    async act(client) {
      const text = randomBytes(100).toString("hex");
      client.send(text);
      expect((await client.bytes(text.length)) === text, "other bytes came back");
      return null;
    },
  };
}

const users = ["alice", "bob"] as const;
const passwords = { alice: "password", bob: "password2" } as const;

async function ask(client: RawClient, authorization = ""): Promise<RawResponse> {
  return client.request(`GET /ews/exchange.asmx HTTP/1.1\r\nHost: mail.test\r\n${authorization}\r\n`);
}

function userIn({ body }: RawResponse): string | undefined {
  return /<User>(.*)<\/User>/.exec(body)?.[1];
}

/** Connections that were signed in by NTLM once: the connection speaks for the user. */
export function signedIn(count: number): Kind {
  const names = new WeakMap<RawClient, string>();
  let next = 0;
  return {
    name: "NTLM",
    count,
    pauseMs: 800,
    async begin(client) {
      const user = users[next++ % 2] ?? "alice";
      const challenge = await ask(client, `Authorization: ${ntlmNegotiate()}\r\n`);
      const answer = ntlmAuthenticate(challenge.head, user, passwords[user]);
      const response = await ask(client, `Authorization: ${answer}\r\n`);
      expect(userIn(response) === user, response.head);
      names.set(client, user);
    },
    async act(client) {
      const response = await ask(client);
      expect(userIn(response) === names.get(client), `${names.get(client)} was answered: ${response.head}`);
      return response;
    },
  };
}

export interface Download {
  readonly port: number;
  /** SHA-256 in hex and length, once all has come; rejects where it broke off. */
  readonly finished: Promise<{ readonly sha256: string; readonly bytes: number }>;
}

/** Takes about `bytesPerSecond`. */
export async function startDownload(port: number, path: string, bytesPerSecond: number): Promise<Download> {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: mail.test\r\nConnection: close\r\n\r\n`);
  const finished = (async () => {
    const hash = createHash("sha256");
    let head = "";
    let bytes = 0;
    for await (const piece of socket) {
      let body: Buffer = piece;
      if (!head.endsWith("\r\n\r\n")) {
        const end = body.indexOf("\r\n\r\n") + 4;
        head += body.subarray(0, end).toString("latin1");
        body = body.subarray(end);
      }
      hash.update(body);
      bytes += body.length;
      await pause((body.length / bytesPerSecond) * 1000);
    }
    return { sha256: hash.digest("hex"), bytes };
  })();
  return { port: socket.localPort ?? 0, finished };
}
