import { connect, type Socket } from "node:net";

export interface RawResponse {
  readonly status: number;
  /** Status line and fields as they came. */
  readonly head: string;
  /** Content, latin1, decoded. */
  readonly body: string;
}

/** A client connection on which a test writes what it likes and reads what comes. */
export class RawClient {
  readonly socket: Socket;
  /** What came and was not taken yet, latin1. */
  received = "";
  ended = false;
  /** The code of the connection's error; "" = none. */
  error = "";
  #wake: (() => void) | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.received += bytes.toString("latin1");
      this.#wake?.();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code ?? error.message));
    for (const event of ["end", "close"])
      socket.on(event, () => {
        this.ended = true;
        this.#wake?.();
      });
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Takes everything up to and with `mark`; fails when the connection ends before. */
  async until(mark: string): Promise<string> {
    await this.#when(() => this.received.includes(mark), `"${mark}"`);
    return this.take(this.received.indexOf(mark) + mark.length);
  }

  /** Takes exactly so many bytes; fails when the connection ends before. */
  async bytes(count: number): Promise<string> {
    await this.#when(() => this.received.length >= count, `${count} bytes`);
    return this.take(count);
  }

  /** Waits until the other side has closed and takes all there is. */
  async rest(): Promise<string> {
    while (!this.ended) await this.#more();
    return this.take(this.received.length);
  }

  /** Takes one response, framed by length or chunked. `method` HEAD has no body. */
  async response(method = "GET"): Promise<RawResponse> {
    const head = await this.until("\r\n\r\n");
    const status = Number(head.split(" ")[1]);
    if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { status, head, body: "" };
    if (/^transfer-encoding: *chunked/im.test(head)) return { status, head, body: await this.#chunked() };
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    return { status, head, body: await this.bytes(length) };
  }

  async request(text: string): Promise<RawResponse> {
    this.send(text);
    return this.response(text.split(" ", 1)[0]);
  }

  close(): void {
    this.socket.destroy();
  }

  take(count: number): string {
    const taken = this.received.slice(0, count);
    this.received = this.received.slice(count);
    return taken;
  }

  async #chunked(): Promise<string> {
    let body = "";
    for (;;) {
      const size = Number.parseInt(await this.until("\r\n"), 16);
      const content = await this.bytes(size + 2);
      if (size === 0) return body;
      body += content.slice(0, -2);
    }
  }

  async #when(met: () => boolean, wanted: string): Promise<void> {
    while (!met()) {
      if (this.ended) throw new Error(`closed before ${wanted} came; there is ${JSON.stringify(this.received)}`);
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

/** Connects to 127.0.0.1 without TLS. */
export async function openRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return new RawClient(socket);
}
