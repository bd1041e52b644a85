// The clients, as a process of their own: node load.mjs PORT RATE SECONDS PATIENCE
// Open loop: each request is sent when its time has come, whether or not earlier ones were answered.
import { Agent, request } from "node:http";
import { postBody, rightAnswer } from "./answers.mjs";
import { now } from "./clock.mjs";

const [port, rate, seconds, patience] = process.argv.slice(2).map(Number);
const total = Math.round(rate * seconds);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const results = [];
let sent = 0;

process.on("message", ({ startAt }) => {
  const tick = () => {
    const due = Math.min(total, Math.floor(((now() - startAt) * rate) / 1000) + 1);
    while (sent < due) send(sent, startAt + (sent++ * 1000) / rate);
    if (sent < total) setTimeout(tick, 1);
  };
  setTimeout(tick, startAt - now());
});
process.on("disconnect", () => process.exit());
process.send("ready");

/** Every second request goes to protocol b, every fifth of each protocol is a POST. */
function send(id, at) {
  const protocol = id % 2 === 0 ? "a" : "b";
  const method = Math.floor(id / 2) % 5 === 4 ? "POST" : "GET";
  const body = method === "POST" ? postBody : "";
  const headers = { "X-Request-Id": id, ...(body === "" ? {} : { "Content-Length": body.length }) };
  const sentLate = now() - at;
  let member;
  let ended = false;
  const end = (reason) => {
    if (ended) return;
    ended = true;
    results.push({ id, protocol, method, at, sentLate, ms: now() - at, member, lost: reason });
    if (results.length === total) process.send(results, () => process.disconnect());
  };
  const out = request({ port, host: "127.0.0.1", agent, path: `/${protocol}/item`, method, headers }, (response) => {
    member = response.headers["x-member"];
    read(response, rightAnswer(protocol, id, body.length), end);
  });
  const timer = setTimeout(() => out.destroy(new Error("patience")), patience);
  out.on("error", (error) => end(error.code ?? error.message));
  out.on("close", () => clearTimeout(timer));
  out.end(body);
}

/** `end(null)` where all of it is right, else with the reason. */
function read(response, expected, end) {
  let text = "";
  response.setEncoding("latin1").on("data", (part) => (text += part));
  response.on("error", (error) => end(error.code ?? error.message));
  response.on("end", () => {
    if (response.statusCode !== 200) return end(String(response.statusCode));
    end(response.complete && text === expected ? null : "wrong body");
  });
}
