import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import type { TestContext } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { CertificateConfig, ListenerConfig } from "../../src/config/config.ts";
import { H2Frames } from "./h2-frames.ts";
import { aCertificate, aListenerTls } from "./listener-tls.ts";
import { makeCertificate } from "./make-certificates.ts";
import { startSite, type Site, type SiteOptions } from "./site.ts";

export const h2Host = "mail.example.test";

let certificate: Promise<CertificateConfig> | null = null;

async function theCertificate(): Promise<CertificateConfig> {
  certificate ??= makeCertificate({ name: h2Host, names: ["*.example.test"] }).then(aCertificate);
  return certificate;
}

interface H2SiteOptions extends SiteOptions {
  readonly http1Hosts?: readonly string[];
}

/** A site whose listener speaks HTTP/2 under every name of example.test. */
export interface H2Site extends Site {
  /** An HTTP/2 client of Node's. */
  session(name?: string): ClientHttp2Session;
  /** A connection of raw frames whose preface and settings were exchanged. */
  frames(): Promise<H2Frames>;
  tls(alpn: readonly string[], name?: string): Promise<TLSSocket>;
}

export async function startH2Site(t: TestContext, options: H2SiteOptions = {}): Promise<H2Site> {
  const tls = aListenerTls([await theCertificate()], { http2: { http1Hosts: options.http1Hosts ?? [] } });
  const listener: Partial<ListenerConfig> = { tls, ...options.listener };
  const site = await startSite(t, { ...options, listener });
  const openTls = async (alpn: readonly string[], name?: string): Promise<TLSSocket> => {
    const target = { host: "127.0.0.1", port: site.router.port, ALPNProtocols: [...alpn], rejectUnauthorized: false };
    const socket = connectTls(name === undefined ? target : { ...target, servername: name });
    t.after(() => socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    return socket;
  };
  return {
    ...site,
    session(name = h2Host) {
      const session = connect(`https://${name}:${site.router.port}`, {
        host: "127.0.0.1",
        servername: name,
        rejectUnauthorized: false,
      });
      session.on("error", () => undefined);
      t.after(() => session.destroy());
      return session;
    },
    async frames() {
      const frames = new H2Frames(await openTls(["h2"], h2Host));
      await frames.begin();
      return frames;
    },
    tls: openTls,
  };
}

export interface H2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The whole answer on a stream; rejects where it was reset. */
export async function answerOf(stream: ClientHttp2Stream): Promise<H2Answer> {
  const pieces: Buffer[] = [];
  stream.on("data", (bytes: Buffer) => pieces.push(bytes));
  const ended = once(stream, "close");
  const response = new Promise<IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
  await ended;
  if (stream.rstCode === 0) {
    const headers = await response;
    return { status: Number(headers[":status"]), headers, body: Buffer.concat(pieces).toString("latin1") };
  }
  throw new Error(`reset with ${stream.rstCode}`);
}

/** The code that a stream was reset with; 0 = it ended well. */
export async function resetOf(stream: ClientHttp2Stream): Promise<number> {
  stream.on("error", () => undefined);
  stream.resume();
  // Not `once`: an error comes before.
  if (!stream.destroyed) await new Promise<void>((resolve) => stream.once("close", resolve));
  return stream.rstCode ?? 0;
}
