// A server of two protocols, /a and /b, whose pools fail one by one when told to: node member.mjs NAME PORT JOURNAL
import { openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { rightAnswer } from "./answers.mjs";
import { now } from "./clock.mjs";

const [name, port, journal] = process.argv.slice(2);
const file = openSync(journal, "a");
const latency = 5;
const pools = { a: { mode: "ok", since: 0 }, b: { mode: "ok", since: 0 } };
const hanging = new Set();

/** Written at once: a process that is killed forgets. Checks carry no id and are not noted. */
function note(what, { url, method, headers }) {
  const id = headers["x-request-id"];
  if (id !== undefined) writeSync(file, `${now()} ${what} ${url[1]} ${method} ${id}\n`);
}

function modeOf({ mode, since }) {
  if (mode !== "flapping") return mode;
  return Math.floor((now() - since) / 500) % 2 === 0 ? "stopped" : "ok";
}

function answer(request, response, body) {
  response.writeHead(200, { "X-Member": name, "Content-Type": "text/plain", "Content-Length": body.length });
  response.end(body);
}

function refuse(request, response) {
  note("refused", request);
  request.resume();
  response.writeHead(503, { "X-Member": name, Connection: "close", "Content-Length": 0 }).end();
}

function breakOff(response, body) {
  response.writeHead(200, { "X-Member": name, "Content-Type": "text/plain", "Content-Length": body.length });
  response.write(body.slice(0, body.length / 2));
  // The half is to arrive before the reset does.
  setTimeout(() => response.socket?.resetAndDestroy(), latency);
}

function hang(response) {
  hanging.add(response);
  response.on("close", () => hanging.delete(response));
}

function serve(request, response, mode) {
  note("seen", request);
  let received = 0;
  request.on("data", (bytes) => (received += bytes.length));
  request.on("end", () => {
    note("taken", request);
    const { url, headers } = request;
    const health = url.endsWith("/health");
    const body = health ? "200 OK" : rightAnswer(url[1], headers["x-request-id"], received);
    if (mode === "hung") return hang(response);
    const done = mode === "reset" && !health ? () => breakOff(response, body) : () => answer(request, response, body);
    setTimeout(done, mode === "slow" ? 10 * latency : latency);
  });
}

const server = createServer((request, response) => {
  const mode = modeOf(pools[request.url[1]]);
  if (mode === "stopped") refuse(request, response);
  else serve(request, response, mode);
});

// A member that closes idle connections by itself would add losses that have nothing to do with the fault.
Object.assign(server, { keepAliveTimeout: 600_000, requestTimeout: 0, headersTimeout: 0 });
server.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 }, () => process.send("ready"));

process.on("message", ({ protocol, mode }) => {
  pools[protocol] = { mode, since: now() };
  // As an administrator does who recycles a pool that hangs.
  for (const response of hanging) response.destroy();
  process.send("done");
});
process.on("disconnect", () => process.exit());
