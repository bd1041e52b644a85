import { deflateRawSync } from "node:zlib";
import { clientFrame, closePayload, type Frame, opcode } from "./web-socket-frames.ts";

/**
 * One conversation with an echo server, after the cases of the Autobahn test suite, whose numbers the names begin with
 * where there is one.
 */
export interface WebSocketCase {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The code of the Close that the server sends; 1005 = one without a code, null = none comes. */
  readonly closes: number | null;
  /** Sec-WebSocket-Extensions that is offered; none = "". */
  readonly offer?: string;
}

type Step =
  | {
      readonly send: Buffer;
      /** Bytes per write; left out: all at once. */
      readonly chop?: number;
      /** A Close is among it. */
      readonly closes?: boolean;
    }
  /** Until so many frames have come from the server in all. */
  | { readonly frames: number }
  /** The client sends no more, in the middle of a frame for instance. */
  | { readonly end: true };

const text = (payload: string | Buffer, rest: Partial<Frame> = {}): Frame => {
  return { opcode: opcode.text, payload: Buffer.from(payload), ...rest };
};
const binary = (payload: Buffer, rest: Partial<Frame> = {}): Frame => ({ opcode: opcode.binary, payload, ...rest });
const more = (payload: string | Buffer, rest: Partial<Frame> = {}): Frame => {
  return { opcode: opcode.continuation, payload: Buffer.from(payload), ...rest };
};
const ping = (payload: string | Buffer = ""): Frame => ({ opcode: opcode.ping, payload: Buffer.from(payload) });
const pong = (payload: string | Buffer = ""): Frame => ({ opcode: opcode.pong, payload: Buffer.from(payload) });
const close = (payload: Buffer = closePayload(1000)): Frame => ({ opcode: opcode.close, payload });

const isClose = ({ opcode: code }: Frame): boolean => code === opcode.close;
const send = (...frames: readonly Frame[]): Step => {
  return { send: Buffer.concat(frames.map(clientFrame)), closes: frames.some(isClose) };
};
const chopped = (chop: number, ...frames: readonly Frame[]): Step => {
  return { send: Buffer.concat(frames.map(clientFrame)), closes: frames.some(isClose), chop };
};

/** Something that the server answers with so many frames; then the client closes. */
function answered(name: string, frames: number, ...steps: readonly Step[]): WebSocketCase {
  return { name, steps: [...steps, { frames }, send(close())], closes: 1000 };
}

/** Something that the server closes for. */
function refused(name: string, closes: number, ...steps: readonly Step[]): WebSocketCase {
  return { name, steps, closes };
}

/** Bytes that differ from place to place. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 0xff;
  return bytes;
}

const letters = (length: number): Buffer => Buffer.alloc(length, "*abcdefg");

function* sizes(): Generator<WebSocketCase> {
  for (const [section, make, fill] of [
    [1, text, letters],
    [2, binary, pattern],
  ] as const) {
    for (const [index, length] of [0, 125, 126, 127, 128, 65_535, 65_536].entries()) {
      yield answered(`1.${section}.${index + 1} ${length} bytes`, 1, send(make(fill(length))));
    }
    yield answered(`1.${section}.8 65536 bytes in pieces of 997`, 1, chopped(997, make(fill(65_536))));
  }
}

function* pings(): Generator<WebSocketCase> {
  yield answered("2.1 ping without payload", 1, send(ping()));
  yield answered("2.2 ping with text", 1, send(ping("Hello, world!")));
  yield answered("2.3 ping with bytes", 1, send(ping(Buffer.from("00fffefdfcfb00ff", "hex"))));
  yield answered("2.4 ping with 125 bytes", 1, send(ping(pattern(125))));
  yield refused("2.5 ping with 126 bytes", 1002, send(ping(pattern(126))));
  yield answered("2.6 ping with 125 bytes, byte by byte", 1, chopped(1, ping(pattern(125))));
  yield answered("2.7 pong nobody asked for", 0, send(pong()));
  yield answered("2.8 pong with payload nobody asked for", 0, send(pong("unsolicited pong payload")));
  yield answered("2.9 pong, then ping", 1, send(pong("unsolicited"), ping("ping payload")));
  const ten = Array.from({ length: 10 }, (_, index) => ping(`payload-${index}`));
  yield answered("2.10 ten pings", 10, send(...ten));
  yield answered("2.11 ten pings, byte by byte", 10, chopped(1, ...ten));
}

function* reservedBits(): Generator<WebSocketCase> {
  const hello = send(text("Hello, world!"));
  yield refused("3.1 RSV 1", 1002, send(text("Hello, world!", { reserved: 1 })));
  yield refused("3.2 RSV 2 behind a good message", 1002, hello, send(text("Hello", { reserved: 2 }), ping()));
  yield refused(
    "3.3 RSV 3, frame by frame",
    1002,
    hello,
    { frames: 1 },
    send(text("Hello", { reserved: 3 })),
    send(ping()),
  );
  yield refused(
    "3.4 RSV 4, byte by byte",
    1002,
    hello,
    { frames: 1 },
    chopped(1, text("Hello", { reserved: 4 }), ping()),
  );
  yield refused("3.5 RSV 5, binary", 1002, send(binary(pattern(8), { reserved: 5 })));
  yield refused("3.6 RSV 6, ping", 1002, send({ ...ping("x"), reserved: 6 }));
  yield refused("3.7 RSV 7, close", 1002, send({ ...close(), reserved: 7 }));
}

function* opcodes(): Generator<WebSocketCase> {
  for (const [section, codes] of [
    [1, [3, 4, 5, 6, 7]],
    [2, [11, 12, 13, 14, 15]],
  ] as const) {
    for (const [index, code] of codes.entries()) {
      const frame = { opcode: code, payload: index % 2 === 0 ? Buffer.alloc(0) : Buffer.from("reserved") };
      const steps =
        index < 2
          ? [send(frame)]
          : [send(text("Hello")), { frames: 1 }, index === 4 ? chopped(1, frame, ping()) : send(frame, ping())];
      yield refused(`4.${section}.${index + 1} opcode ${code}`, 1002, ...steps);
    }
  }
}

function* fragments(): Generator<WebSocketCase> {
  const part = { fin: false };
  yield refused("5.1 fragmented ping", 1002, send({ ...ping("fragment1"), fin: false }, more("fragment2")));
  yield refused("5.2 fragmented pong", 1002, send({ ...pong("fragment1"), fin: false }, more("fragment2")));
  const two = [text("fragment1", part), more("fragment2")];
  yield answered("5.3 two fragments", 1, send(...two));
  yield answered("5.4 two fragments, one by one", 1, ...two.map((frame) => send(frame)));
  yield answered("5.5 two fragments, byte by byte", 1, chopped(1, ...two));
  const around = [text("fragment1", part), ping("ping payload"), more("fragment2")];
  yield answered("5.6 ping between fragments", 2, send(...around));
  yield answered("5.7 ping between fragments, one by one", 2, ...around.map((frame) => send(frame)));
  yield answered("5.8 ping between fragments, byte by byte", 2, chopped(1, ...around));
  const stray = [more("non-continuation payload"), text("Hello, world!")];
  yield refused("5.9 continuation of nothing", 1002, send(...stray));
  yield refused("5.10 continuation of nothing, one by one", 1002, ...stray.map((frame) => send(frame)));
  yield refused("5.11 continuation of nothing, byte by byte", 1002, chopped(1, ...stray));
  const open = [more("non-continuation payload", part), text("Hello, world!")];
  yield refused("5.12 open continuation of nothing", 1002, send(...open));
  yield refused("5.13 open continuation of nothing, one by one", 1002, ...open.map((frame) => send(frame)));
  yield refused("5.14 open continuation of nothing, byte by byte", 1002, chopped(1, ...open));
  yield refused("5.15 a message, then a continuation", 1002, send(...two, more("fragment3", part), text("fragment4")));
  const threes = [more("fragment1", part), text("fragment2", part), more("fragment3")];
  yield refused("5.16 begins with an open continuation", 1002, send(...threes));
  yield refused("5.17 begins with a closed continuation", 1002, send(more("fragment1"), ...threes.slice(1)));
  yield refused("5.18 text within text", 1002, send(text("fragment1", part), text("fragment2")));
  const long = [
    text("fragment1", part),
    more("fragment2", part),
    ping("ping payload 1"),
    more("fragment3", part),
    more("fragment4", part),
    ping("ping payload 2"),
    more("fragment5"),
  ];
  yield answered("5.19 five fragments and two pings", 3, send(...long));
  yield answered(
    "5.20 five fragments and two pings, with pauses",
    3,
    send(...long.slice(0, 3)),
    { frames: 1 },
    send(...long.slice(3)),
  );
  yield answered("5.21 empty fragments", 1, send(text("", part), more("", part), more("")));
  yield answered("5.22 an empty fragment between others", 1, send(text("a", part), more("", part), more("b")));
  yield refused("5.23 close between fragments", 1000, send(text("fragment1", part), close()));
}

/** Markus Kuhn's greeting: letters of two and three bytes. */
const greeting = Buffer.from("cebae1bdb9cf83cebcceb5", "hex");

const validUtf8 = [
  "f09f9880",
  "c280",
  "e0a080",
  "f0908080",
  "7f",
  "dfbf",
  "efbfbf",
  "f48fbfbf",
  "ed9fbf",
  "ee8080",
  "efbfbd",
  "f09fbfbf",
  "efbfbe",
  "efb790",
  "00",
  "c2bfe28082f0908080",
];
const invalidUtf8 = [
  "80",
  "bf",
  "80bf",
  "80bf80bf",
  "c0",
  "c1",
  "c0af",
  "e080af",
  "f08080af",
  "f8808080af",
  "fc80808080af",
  "c1bf",
  "e09fbf",
  "f08fbfbf",
  "f887bfbfbf",
  "c080",
  "e08080",
  "f0808080",
  "eda080",
  "edadbf",
  "edbfbf",
  "eda080edb080",
  "edafbfedbfbf",
  "f4908080",
  "f7bfbfbf",
  "f888808080",
  "fbbfbfbfbf",
  "fc8480808080",
  "fdbfbfbfbfbf",
  "fe",
  "ff",
  "fefeffff",
  "c2",
  "e0a0",
  "f09080",
  "e220",
  "f0908020",
  "c220",
  "f5808080",
  "cebae1bdb9cf83cebcceb5eda080656469746564",
];

function* utf8(): Generator<WebSocketCase> {
  const part = { fin: false };
  yield answered("6.1.1 empty text", 1, send(text("")));
  yield answered("6.1.2 empty fragments", 1, send(text("", part), more("", part), more("")));
  yield answered(
    "6.1.3 empty fragments around text",
    1,
    send(text("", part), more("middle frame payload", part), more("")),
  );
  const whole = Buffer.from("Hello-µ@ßöäüàá-UTF-8!!");
  yield answered("6.2.1 text of many letters", 1, send(text(whole)));
  yield answered("6.2.2 cut between letters", 1, send(text(whole.subarray(0, 12), part), more(whole.subarray(12))));
  yield answered("6.2.3 a fragment for each byte", 1, send(...bytewise(whole)));
  yield answered("6.2.4 a fragment for each byte of a greeting", 1, send(...bytewise(greeting)));
  const broken = Buffer.concat([greeting, Buffer.from("eda080656469746564", "hex")]);
  yield refused("6.3.1 not UTF-8 in the middle", 1007, send(text(broken)));
  yield refused("6.3.2 not UTF-8, a fragment for each byte", 1007, send(...bytewise(broken)));
  const cuts = [text(greeting, part), more(Buffer.from("f4908080", "hex"), part), more("edited")];
  yield refused("6.4.1 not UTF-8 in the second fragment", 1007, ...cuts.map((frame) => send(frame)));
  yield refused("6.4.2 not UTF-8, byte by byte", 1007, chopped(1, ...cuts));
  for (const [index, hex] of validUtf8.entries()) {
    const bytes = Buffer.from(hex, "hex");
    yield answered(`6.5.${index + 1} UTF-8 ${hex}`, 1, send(text(bytes)));
    yield answered(`6.6.${index + 1} UTF-8 ${hex}, a fragment for each byte`, 1, send(...bytewise(bytes)));
  }
  for (const [index, hex] of invalidUtf8.entries()) {
    const bytes = Buffer.from(hex, "hex");
    yield refused(`6.7.${index + 1} not UTF-8: ${hex}`, 1007, send(text(bytes)));
    yield refused(`6.8.${index + 1} not UTF-8: ${hex}, in fragments`, 1007, send(...bytewise(bytes)));
  }
  yield answered("6.9 binary that is no UTF-8", 1, send(binary(Buffer.from("fffe80", "hex"))));
}

function bytewise(bytes: Buffer): Frame[] {
  return Array.from(bytes, (byte, index) => {
    const frame = { payload: Buffer.from([byte]), fin: index === bytes.length - 1 };
    return { ...frame, opcode: index === 0 ? opcode.text : opcode.continuation };
  });
}

function* closing(): Generator<WebSocketCase> {
  yield answered("7.1.1 a message, then close", 1, send(text("Hello World!")));
  yield refused("7.1.2 two closes", 1000, send(close(), close()));
  yield refused("7.1.3 ping behind close", 1000, send(close(), ping()));
  yield refused("7.1.4 text behind close", 1000, send(close(), text("Hello World!")));
  yield refused(
    "7.1.5 close between fragments",
    1000,
    send(text("fragment1", { fin: false }), close(), more("fragment2")),
  );
  yield refused("7.1.6 256 KiB, then close at once", 1000, send(text(letters(262_144)), close(), ping()));
  yield refused("7.3.1 close without payload", 1005, send(close(Buffer.alloc(0))));
  yield refused("7.3.2 close with one byte", 1002, send(close(Buffer.from("a"))));
  yield refused("7.3.3 close with a code", 1000, send(close()));
  yield refused("7.3.4 close with a reason", 1000, send(close(closePayload(1000, "Hello World!"))));
  yield refused("7.3.5 close with 123 bytes of reason", 1000, send(close(closePayload(1000, letters(123)))));
  yield refused("7.3.6 close with 124 bytes of reason", 1002, send(close(closePayload(1000, letters(124)))));
  yield refused(
    "7.5.1 close whose reason is not UTF-8",
    1007,
    send(close(closePayload(1000, Buffer.from("eda080", "hex")))),
  );
  yield refused("7.5.2 close, byte by byte", 1000, chopped(1, close(closePayload(1000, "bye"))));
  for (const [index, code] of [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
  ].entries()) {
    yield refused(`7.7.${index + 1} close ${code}`, code, send(close(closePayload(code, "why not"))));
  }
  for (const [index, code] of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65_535].entries()) {
    yield refused(`7.9.${index + 1} close ${code}`, 1002, send(close(closePayload(code))));
  }
  yield refused("7.14 the server closes with a reason", 4321, send(text("close 4321 Auf Wiedersehen")));
  yield refused("7.15 the server closes without a code", 1005, send(text("close")));
}

const mebibyte = 1024 * 1024;

function* large(): Generator<WebSocketCase> {
  const lengths = [65_536, 262_144, mebibyte, 4 * mebibyte, 16 * mebibyte];
  for (const [index, length] of lengths.entries()) {
    yield answered(`9.1.${index + 1} text of ${length} bytes`, 1, send(text(letters(length))));
    yield answered(`9.2.${index + 1} binary of ${length} bytes`, 1, send(binary(pattern(length))));
  }
  for (const [index, size] of [64, 256, 1024, 4096, 16_384, 65_536, 262_144, mebibyte].entries()) {
    yield answered(
      `9.3.${index + 1} text of 1 MiB in fragments of ${size}`,
      1,
      send(...inFragments(opcode.text, letters(mebibyte), size)),
    );
    yield answered(
      `9.4.${index + 1} binary of 1 MiB in fragments of ${size}`,
      1,
      send(...inFragments(opcode.binary, pattern(mebibyte), size)),
    );
  }
  for (const [index, chop] of [128, 256, 512, 1024, 2048].entries()) {
    yield answered(`9.5.${index + 1} text of 64 KiB in writes of ${chop}`, 1, chopped(chop, text(letters(65_536))));
    yield answered(`9.6.${index + 1} binary of 64 KiB in writes of ${chop}`, 1, chopped(chop, binary(pattern(65_536))));
  }
  for (const [index, length] of [0, 16, 64, 256, 1024, 4096].entries()) {
    const messages = Array.from({ length: 500 }, () => length);
    yield answered(
      `9.7.${index + 1} 500 texts of ${length} bytes`,
      500,
      send(...messages.map((size) => text(letters(size)))),
    );
    yield answered(
      `9.8.${index + 1} 500 binaries of ${length} bytes`,
      500,
      send(...messages.map((size) => binary(pattern(size)))),
    );
  }
  const turns = Array.from({ length: 50 }, (_, turn): Step[] => [
    send(text(`turn ${turn}`)),
    { frames: turn + 1 },
  ]).flat();
  yield answered("9.9 fifty questions, each behind the answer before", 50, ...turns);
  yield answered("10.1 64 KiB in fragments of 1300", 1, send(...inFragments(opcode.text, letters(65_536), 1300)));
  yield refused("10.2 larger than the server takes", 1009, send(binary(pattern(17 * mebibyte))));
}

function inFragments(code: number, payload: Buffer, size: number): Frame[] {
  const count = Math.max(1, Math.ceil(payload.length / size));
  return Array.from({ length: count }, (_, index) => ({
    opcode: index === 0 ? code : opcode.continuation,
    payload: payload.subarray(index * size, (index + 1) * size),
    fin: index === count - 1,
  }));
}

/** What is cut off: the client ends in the middle of something. */
function* halves(): Generator<WebSocketCase> {
  const frame = clientFrame(text("Hello, world!"));
  for (const [index, bytes] of [1, 2, 4, 6, 7, frame.length - 1].entries()) {
    const steps = [{ send: frame.subarray(0, bytes) }, { end: true }] as const;
    yield { name: `11.1.${index + 1} ends behind ${bytes} bytes of a frame`, steps, closes: null };
  }
  yield { name: "11.2 ends at once", steps: [{ end: true }], closes: null };
  const echoed = [send(text("Hello")), { frames: 1 }, { end: true }] as const;
  yield { name: "11.3 ends behind a message, without close", steps: echoed, closes: null };
  const half = [send(text("fragment1", { fin: false }), ping()), { frames: 1 }, { end: true }] as const;
  yield { name: "11.4 ends between fragments", steps: half, closes: null };
  const long = clientFrame(binary(pattern(65_536)));
  yield { name: "11.5 ends in a long frame", steps: [{ send: long.subarray(0, 40_000) }, { end: true }], closes: null };
  yield { name: "11.6 a frame that is not masked", steps: [{ send: Buffer.from([0x81, 0x01, 0x61]) }], closes: 1002 };
  const tooLong = Buffer.from("82ffffffffffffffffff37fa213d", "hex");
  yield { name: "11.7 a frame longer than numbers go", steps: [{ send: tooLong }], closes: 1009 };
}

const offers = [
  "permessage-deflate",
  "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
  "permessage-deflate; client_max_window_bits",
  "permessage-deflate; server_max_window_bits=9",
  "permessage-deflate; client_max_window_bits=9; server_max_window_bits=9",
  "permessage-deflate; server_max_window_bits=15; client_no_context_takeover",
  "permessage-deflate; server_max_window_bits=8, permessage-deflate; client_max_window_bits",
];

/** RFC 7692. */
function* deflated(): Generator<WebSocketCase> {
  const sizesOf = [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
  for (const [index, offer] of offers.entries()) {
    for (const [number, length] of sizesOf.entries()) {
      const name = `12.${index + 1}.${number + 1} ${length} bytes, ${offer}`;
      const messages = [compressed(text(letters(length))), compressed(binary(pattern(length))), text(letters(length))];
      yield { ...answered(name, 3, send(...messages)), offer };
    }
    const payload = compressed(text(letters(65_536))).payload;
    const [first, ...others] = inFragments(opcode.text, payload, 10);
    if (first === undefined) continue;
    const pieces = [{ ...first, reserved: 4 }, ...others];
    yield { ...answered(`13.${index + 1}.1 in fragments, ${offer}`, 1, send(...pieces)), offer };
    yield { ...answered(`13.${index + 1}.2 byte by byte, ${offer}`, 1, chopped(1, ...pieces)), offer };
    const broken = send({ ...text(Buffer.from("ffffffff", "hex")), reserved: 4 });
    yield { ...refused(`13.${index + 1}.3 not compressed as it says, ${offer}`, 1007, broken), offer };
    const continued = send({ ...text("a"), fin: false }, { ...more("b"), reserved: 4 });
    yield { ...refused(`13.${index + 1}.4 compressed from the second fragment on, ${offer}`, 1002, continued), offer };
    yield {
      ...refused(`13.${index + 1}.5 a compressed ping, ${offer}`, 1002, send({ ...ping("a"), reserved: 4 })),
      offer,
    };
  }
  const none = ["x-webkit-deflate-frame", "permessage-bzip2"];
  for (const [index, offer] of none.entries()) {
    yield { ...answered(`13.8.${index + 1} ${offer}`, 1, send(text("Hello"))), offer };
  }
}

function compressed(frame: Frame): Frame {
  // Windows of 9 bits are the smallest that is offered.
  const bytes = deflateRawSync(frame.payload, { windowBits: 9, finishFlush: 2 });
  return { ...frame, payload: bytes.subarray(0, -4), reserved: 4 };
}

/** All of them, each made when it is asked for: some are large. */
export function* webSocketCases(): Generator<WebSocketCase> {
  yield* sizes();
  yield* pings();
  yield* reservedBits();
  yield* opcodes();
  yield* fragments();
  yield* utf8();
  yield* closing();
  yield* large();
  yield* halves();
  yield* deflated();
}
