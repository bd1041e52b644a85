/**
 * The corpus: what a client might send to make two parsers disagree, by the published classes (CL.TE, TE.CL, TE.TE, 0.CL,
 * CL.0, chunk extensions and terminators, Host), with the verdict. `\r\n` and all else stand as they are sent, in latin1.
 */
export interface RequestCase {
  readonly name: string;
  readonly raw: string;
  /**
   * A line `METHOD target framing [content]` for each request that is taken; the last line may instead be `refused`,
   * `waits` (for the rest of a request) or `closed` (the client asked to).
   */
  readonly verdict: readonly string[];
  /** Why it is refused although Node's parser takes it. */
  readonly stricterBecause?: string;
  /** Why it is taken although Node's parser refuses it. */
  readonly nodeRefusesBecause?: string;
}

const next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
const nextTaken = "GET /next none";

function head(...lines: readonly string[]): string {
  return `${["POST / HTTP/1.1", "Host: a", ...lines].join("\r\n")}\r\n\r\n`;
}

/** A chunked body with a request hidden behind it, for whoever does not see the chunks. */
const hidden = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

function refused(name: string, raw: string, stricterBecause?: string): RequestCase {
  return { name, raw, verdict: ["refused"], ...(stricterBecause === undefined ? {} : { stricterBecause }) };
}

function taken(name: string, raw: string, ...verdict: readonly string[]): RequestCase {
  return { name, raw, verdict };
}

const oneLength =
  "a list or a repetition of one length is read as one, as the last or as malformed, depending on who reads";
const onlyChunked = "no member needs a further coding, and who does not know it sees another end of the body";
const extensionShape =
  "a chunk extension is where parsers differ most; nobody sends one that is not of RFC 9112's shape";

const twoLengths: readonly RequestCase[] = [
  refused("CL.TE", `${head("Content-Length: 6", "Transfer-Encoding: chunked")}0\r\n\r\nG`),
  refused("TE.CL", `${head("Transfer-Encoding: chunked", "Content-Length: 4")}12\r\nGPOST / HTTP/1.1\r\n\r\n${hidden}`),
  refused("CL.TE with zero", `${head("Content-Length: 0", "Transfer-Encoding: chunked")}${hidden}`),
  refused(
    "CL.TE with a length that fits",
    `${head("Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n${next}`,
  ),
  refused("CL.CL that differ", `${head("Content-Length: 8", "Content-Length: 7")}12345\r\na`),
  refused("CL.CL that are the same", `${head("Content-Length: 5", "content-length: 5")}hello${next}`, oneLength),
  refused("CL, CL", `${head("Content-Length: 5, 5")}hello`, oneLength),
  refused("CL behind a fold", `${head("X: y\r\n Content-Length: 5")}hello`),
  refused("CL with its value folded", `${head("Content-Length:\r\n 5")}hello`),
  refused("CL with a space before the colon", `${head("Content-Length : 5")}hello`),
  refused("CL behind a bare LF", `${head("X: y\nContent-Length: 5")}hello`),
  refused("CL behind a bare CR", `${head("X: y\rContent-Length: 5")}hello`),
  refused("CL with a plus", `${head("Content-Length: +5")}hello`),
  refused("CL with a minus", `${head("Content-Length: -5")}hello`),
  refused("CL in hexadecimal", `${head("Content-Length: 0x5")}hello`),
  refused("CL with text behind", `${head("Content-Length: 5 x")}hello`),
  refused("CL with an underscore", `${head("Content-Length: 1_0")}hellohello`),
  refused("CL with a vertical tab", `${head("Content-Length: \x0b5")}hello`),
  refused("CL with NUL", `${head("Content-Length: 5\x00")}hello`),
  refused("CL with NEL", `${head("Content-Length: 5\x85")}hello`),
  refused("CL with a tab behind", `${head("Content-Length: 5\t")}hello`),
  refused("CL that is empty", `${head("Content-Length:")}${next}`, "an empty length is zero for some, none for others"),
  refused("CL of 2^64 + 5", `${head("Content-Length: 18446744073709551621")}hello`),
  refused("CL of 2^53", `${head("Content-Length: 9007199254740992")}hello`, "beyond what a double counts exactly"),
  refused("CL with 20 zeros", `${head(`Content-Length: ${"0".repeat(20)}5`)}hello${next}`, "beyond any length of ours"),
  refused(
    "Connection names CL",
    `${head("Content-Length: 5", "Connection: content-length")}hello`,
    "the next would lose the length",
  ),
  refused(
    "Connection names TE",
    `${head("Transfer-Encoding: chunked", "Connection: keep-alive, Transfer-Encoding")}${hidden}`,
    "the next would lose the framing",
  ),
  refused("Connection names Host", head("Connection: Host"), "the next would lose the host"),
];

const blanks = "how the coding is hidden from one of two parsers, and nobody else sends it";

const obfuscated: readonly RequestCase[] = [
  ...[
    "xchunked",
    "chunkedx",
    "chunk",
    "chunked;x=y",
    "chunke\xe4",
    "'chunked'",
    '"chunked"',
    "chunked\x85",
    "\xa0chunked",
  ].map((value) => refused(`TE: ${JSON.stringify(value)}`, `${head(`Transfer-Encoding: ${value}`)}${hidden}`)),
  ...["chunked, cow", "chunked, identity", "identity", "chunked,", ""].map((value) =>
    refused(`TE: ${JSON.stringify(value)}`, `${head(`Transfer-Encoding: ${value}`)}${hidden}`, onlyChunked),
  ),
  ...["cow, chunked", "identity, chunked", "gzip, chunked", ",chunked", "chunked, chunked"].map((value) =>
    refused(`TE: ${JSON.stringify(value)}`, `${head(`Transfer-Encoding: ${value}`)}${hidden}`, onlyChunked),
  ),
  ...["\x00", "\x01", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\x7f", "\r"].flatMap((character) => [
    refused(
      `TE with ${JSON.stringify(character)} before its value`,
      `${head(`Transfer-Encoding:${character}chunked`)}${hidden}`,
    ),
    refused(
      `TE with ${JSON.stringify(character)} behind its value`,
      `${head(`Transfer-Encoding: chunked${character}`)}${hidden}`,
    ),
    refused(
      `TE with ${JSON.stringify(character)} behind its name`,
      `${head(`Transfer-Encoding${character}: chunked`)}${hidden}`,
    ),
    refused(
      `TE with ${JSON.stringify(character)} before its name`,
      `${head(`${character}Transfer-Encoding: chunked`)}${hidden}`,
    ),
  ]),
  refused("TE with a space before the colon", `${head("Transfer-Encoding : chunked")}${hidden}`),
  refused("TE with a tab before the colon", `${head("Transfer-Encoding\t: chunked")}${hidden}`),
  refused("TE with its colon on the next line", `${head("Transfer-Encoding\r\n : chunked")}${hidden}`),
  refused("TE with its value folded", `${head("Transfer-Encoding:\r\n chunked")}${hidden}`),
  refused("TE with its value behind LF", `${head("Transfer-Encoding:\n chunked")}${hidden}`),
  refused("TE behind a space", `${head(" Transfer-Encoding: chunked")}${hidden}`),
  refused("TE as a fold", `${head("X: y", " Transfer-Encoding: chunked")}${hidden}`),
  refused("TE behind a bare LF", `${head("X: y\nTransfer-Encoding: chunked")}${hidden}`),
  refused("TE behind a bare CR", `${head("X: y\rTransfer-Encoding: chunked")}${hidden}`),
  refused("TE behind CR CR LF", `${head("X: y\r\r\nTransfer-Encoding: chunked")}${hidden}`),
  refused("TE without a hyphen", `${head("Transfer Encoding: chunked")}${hidden}`),
  refused("TE with an accent in its name", `${head("Transf\xe9r-Encoding: chunked")}${hidden}`),
  refused(
    "TE.TE, the second other",
    `${head("Transfer-Encoding: chunked", "Transfer-Encoding: cow")}${hidden}`,
    onlyChunked,
  ),
  refused(
    "TE.TE, the first other",
    `${head("Transfer-Encoding: cow", "Transfer-Encoding: chunked")}${hidden}`,
    onlyChunked,
  ),
  refused(
    "TE.TE, the same",
    `${head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")}${hidden}`,
    onlyChunked,
  ),
  refused(
    "TE in HTTP/1.0",
    `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${hidden}`,
    "RFC 9112 6.1: faulty framing",
  ),
  taken("TE in odd case", `${head("tRANSFER-eNCODING: cHUNKED")}0\r\n\r\n${next}`, "POST / chunked", nextTaken),
  ...["\tchunked", " \tchunked", " chunked ", " chunked\t"].map((value) =>
    refused(
      `TE with blanks around: ${JSON.stringify(value)}`,
      `${head(`Transfer-Encoding:${value}`)}${hidden}`,
      blanks,
    ),
  ),
  taken("TE without a space", `${head("Transfer-Encoding:chunked")}0\r\n\r\n${next}`, "POST / chunked", nextTaken),
  taken("TE behind two spaces", `${head("Transfer-Encoding:  chunked")}0\r\n\r\n${next}`, "POST / chunked", nextTaken),
  taken(
    "Content-Encoding is no coding of the transfer",
    `${head("Content-Encoding: chunked")}${next}`,
    "POST / none",
    nextTaken,
  ),
  taken(
    "TE with an underscore is another field",
    `${head("Transfer_Encoding: chunked")}${next}`,
    "POST / none",
    nextTaken,
  ),
];

function chunked(body: string): string {
  return head("Transfer-Encoding: chunked") + body;
}

const chunks: readonly RequestCase[] = [
  ...["10000000000000005", "fffffffffffffffff", "100000000000000000"].map((size) =>
    refused(`chunk size ${size}`, chunked(`${size}\r\nhello\r\n${hidden}`)),
  ),
  refused("chunk size 2^53", chunked("20000000000000\r\nhello"), "beyond what a double counts exactly"),
  refused(
    "chunk size with 20 zeros",
    chunked(`${"0".repeat(20)}5\r\nhello\r\n${hidden}`),
    "some count digits, some overflow",
  ),
  ...["0x5", "+5", "-5", " 5", "5\t", "5_", "5g", "", "5,", "5\x00", "\xb2", "5\x0b"].map((size) =>
    refused(`chunk size ${JSON.stringify(size)}`, chunked(`${size}\r\nhello\r\n${hidden}`)),
  ),
  refused("chunk size with a space behind", chunked(`5 \r\nhello\r\n${hidden}`), extensionShape),
  refused("chunk size behind which stands LF", chunked(`5\nhello\r\n${hidden}`)),
  refused("chunk size behind which stands CR", chunked(`5\rhello\r\n${hidden}`)),
  refused("chunk size behind which stands CR CR LF", chunked(`5\r\r\nhello\r\n${hidden}`)),
  refused("chunk that ends with LF", chunked(`5\r\nhello\n${hidden}`)),
  refused("chunk that ends with CR", chunked(`5\r\nhello\r${hidden}`)),
  refused("chunk that ends with two other characters", chunked(`5\r\nhelloXX${hidden}`)),
  refused("chunk that is longer than its size", chunked(`5\r\nhello!\r\n${hidden}`)),
  refused("extension that ends with LF", chunked("5;\nhello\r\n0\r\n\r\n")),
  refused("extension name that ends with LF", chunked("5;a\nhello\r\n0\r\n\r\n")),
  refused(
    "extension that hides a chunk behind LF",
    chunked("2;\nxx\r\n4a\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nX: y\r\n\r\n"),
  ),
  refused("extension with CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
  refused("extension with NUL", chunked("5;a=\x00\r\nhello\r\n0\r\n\r\n")),
  refused("extension with nothing behind the semicolon", chunked(`5;\r\nhello\r\n0\r\n\r\n${next}`), extensionShape),
  refused("extension with spaces", chunked(`5 ; a = b\r\nhello\r\n0\r\n\r\n${next}`), extensionShape),
  refused("extension with an unfinished quote", chunked(`5;a="b\r\nhello\r\n0\r\n\r\n${next}`), extensionShape),
  refused("last chunk that ends with LF", chunked("0\n\n")),
  refused("empty line that is LF", chunked("0\r\n\n")),
  refused("trailers without a field", chunked(`0\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n`)),
  refused(
    "trailer Content-Length",
    chunked(`0\r\nContent-Length: 5\r\n\r\n${next}`),
    "who merges trailers into the head gets a second length",
  ),
  refused("trailer Transfer-Encoding", chunked(`0\r\nTransfer-Encoding: x\r\n\r\n${next}`), "the same"),
  refused(
    "trailer Host",
    chunked(`0\r\nHost: b\r\n\r\n${next}`),
    "who merges trailers into the head gets a second host",
  ),
  refused("trailer that is folded", chunked("0\r\nX: y\r\n z\r\n\r\n")),
  refused("trailer with a space before the colon", chunked("0\r\nX : y\r\n\r\n")),
  refused("trailer that ends with LF", chunked("0\r\nX: y\n\r\n")),
  taken(
    "chunks",
    chunked(`5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n${next}`),
    "POST / chunked hello0123456789",
    nextTaken,
  ),
  taken("leading zeros", chunked(`005\r\nhello\r\n000\r\n\r\n${next}`), "POST / chunked hello", nextTaken),
  taken("extensions", chunked(`5;a;b=c;d="e;f"\r\nhello\r\n0;g\r\n\r\n${next}`), "POST / chunked hello", nextTaken),
  taken("trailers", chunked(`5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n${next}`), "POST / chunked hello", nextTaken),
  taken("a request inside a chunk", chunked(`1f\r\n${next}\r\n0\r\n\r\n${next}`), `POST / chunked ${next}`, nextTaken),
  taken("no last chunk", chunked("5\r\nhello\r\n"), "waits"),
  taken("no empty line behind the last chunk", chunked("5\r\nhello\r\n0\r\n"), "waits"),
];

const hosts: readonly RequestCase[] = [
  ...["", " ", "a@b", "a:b@c", "a/b", "http://a", "a b", "a\\b", "a#b", "a?b", "\xe9", "<a>", '"a"'].map((value) =>
    refused(
      `Host: ${JSON.stringify(value)}`,
      `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`,
      "no authority; members read it differently",
    ),
  ),
  refused("no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n"),
  refused("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "there is nothing to route by"),
  refused("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "first or last, depending on who reads"),
  refused("two Hosts, the same", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "as two that differ; nobody sends it"),
  refused("Host with a folded value", "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n"),
  refused("Host with a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
  refused("Host behind a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
  refused("Host with NUL", "GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n"),
  refused(
    "an absolute target with user information",
    "GET http://u@b/ HTTP/1.1\r\nHost: b\r\n\r\n",
    "no authority we route by",
  ),
  refused("an absolute target of another scheme", "GET ftp://b/ HTTP/1.1\r\nHost: b\r\n\r\n", "we forward HTTP"),
  taken("an absolute target", `GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n${next}`, "GET http://b/x none", nextTaken),
];

const lines: readonly RequestCase[] = [
  refused("HTTP/0.9", "GET /\r\n\r\n", "it has no Host"),
  refused(
    "two spaces in the request line",
    "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "some take the second space into the target",
  ),
  refused("a tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("a space at the request line's end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
  refused("a second version", "GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("a request in the target", "GET / HTTP/1.1\nHost: a\n\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("bare LFs only", "GET / HTTP/1.1\nHost: a\n\n"),
  refused("a bare CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
  refused("NUL in the target", "GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", "cut off by some, forwarded by others"),
  refused("HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  refused("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "a version nobody has defined"),
  refused("HTTP/1.1 in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
  refused("a name with a control", "GET / HTTP/1.1\r\nHost: a\r\nX\x01: y\r\n\r\n"),
  refused("a line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
  refused("a line without a name", "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n"),
  refused("an asterisk for another method than OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "RFC 9112 3.2.4"),
  refused("a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
  taken("an asterisk", `OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n${next}`, "OPTIONS * none", nextTaken),
  taken(
    "bytes above 0x7f in a value",
    `GET / HTTP/1.1\r\nHost: a\r\nX: \x80\xff\r\n\r\n${next}`,
    "GET / none",
    nextTaken,
  ),
  taken("a tab in a value", `GET / HTTP/1.1\r\nHost: a\r\nX: y\tz\r\n\r\n${next}`, "GET / none", nextTaken),
];

const sequences: readonly RequestCase[] = [
  taken(
    "CL.0: a body that looks like a request",
    `${head("Content-Length: 37")}GET /hidden HTTP/1.1\r\nHost: hidden\r\n`,
    "waits",
  ),
  taken("CL.0 with the whole body", `${head("Content-Length: 5")}GET /${next}`, "POST / length GET /", nextTaken),
  taken(
    "0.CL: a GET with a body",
    `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${next}`,
    "GET / length hello",
    nextTaken,
  ),
  taken(
    "a GET with chunks",
    `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
    "GET / chunked",
    nextTaken,
  ),
  taken(
    "a HEAD with a body",
    `HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${next}`,
    "HEAD / length hello",
    nextTaken,
  ),
  taken("a length of zero", `${head("Content-Length: 0")}${next}`, "POST / length", nextTaken),
  taken("no length", `${head()}${next}`, "POST / none", nextTaken),
  taken(
    "an odd Expect and a body",
    `${head("Expect: y 100-continue", "Content-Length: 5")}hello${next}`,
    "POST / length hello",
    nextTaken,
  ),
  taken(
    "Expect and a body at once",
    `${head("Expect: 100-continue", "Content-Length: 5")}hello${next}`,
    "POST / length hello",
    nextTaken,
  ),
  {
    name: "Upgrade and a body",
    raw: `${head("Connection: upgrade", "Upgrade: x", "Content-Length: 5")}hello${next}`,
    verdict: ["POST / length hello", nextTaken],
    nodeRefusesBecause: "whatever it answers, it reads nothing behind a request to upgrade",
  },
  taken("three in one piece", `${next}${next}${next}`, nextTaken, nextTaken, nextTaken),
  taken("half of the second one", `${next}GET / HTTP/1.1\r\nHost`, nextTaken, "waits"),
  taken("garbage behind one", `${next}\x00\x01\r\n\r\n`, nextTaken, "refused"),
  taken(
    "bytes behind one that closes",
    `${head("Connection: close", "Content-Length: 5")}hello${next}`,
    "POST / length hello",
    "closed",
  ),
  taken("HTTP/1.0", `GET / HTTP/1.0\r\nHost: a\r\n\r\n${next}`, "GET / none", "closed"),
  taken(
    "HTTP/1.0 that stays",
    `POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello${next}`,
    "POST / length hello",
    nextTaken,
  ),
  {
    name: "bytes above 0x7f in the target",
    raw: `GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n${next}`,
    verdict: ["GET /\xe9 none", nextTaken],
    nodeRefusesBecause: "old clients send them, IIS takes them, and nobody sees the end of the line elsewhere",
  },
  {
    name: "a method that Node does not know",
    raw: `RPC_IN_DATA / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${next}`,
    verdict: ["RPC_IN_DATA / length hello", nextTaken],
    nodeRefusesBecause: "its list of methods is fixed",
  },
];

export const requestCases: readonly RequestCase[] = [
  ...twoLengths,
  ...obfuscated,
  ...chunks,
  ...hosts,
  ...lines,
  ...sequences,
];
