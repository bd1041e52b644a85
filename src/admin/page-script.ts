/** Runs in the browser, as it stands. Everything that comes from the API is put in as text, never as markup. */
export const pageScript = `
"use strict";
const periodMs = 1000;
const element = (id) => document.getElementById(id);
const make = (tag, text, attributes = {}) => {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
let farms = [];
let shape = "";
let chosen = null;
let notice = "";
let detailText = "";

const health = (member) =>
  member.healthy === null ? ["wait", "?"] : !member.healthy ? ["down", "DOWN"] : member.trial ? ["out", "trial"] : ["up", "up"];
const stateText = (member) =>
  (member.state === "drain" ? "drain" : "out") + (member.held > 0 ? " " + member.held : "");
const look = (member) => {
  const [kind, text] = health(member);
  if (member.state === "available") return [kind, text];
  return kind === "up" ? ["out", stateText(member)] : [kind, text + " " + stateText(member)];
};
const age = (ms) => (ms < 120000 ? Math.floor(ms / 1000) + " s" : Math.floor(ms / 60000) + " min");
const find = (key) => {
  for (const farm of farms)
    for (const member of farm.members) if (farm.name + "\\n" + member.server === key) return { farm, member };
  return null;
};
const firstDown = () => {
  for (const farm of farms) for (const member of farm.members) if (member.healthy === false) return { farm, member };
  return null;
};
const time = (iso) => new Date(iso).toLocaleString();

function build() {
  const servers = [...new Set(farms.flatMap((farm) => farm.members.map((member) => member.server)))];
  const wanted = JSON.stringify([servers, farms.map((farm) => [farm.name, farm.members.map((m) => m.server)])]);
  if (wanted === shape) return;
  shape = wanted;
  const head = document.createElement("tr");
  head.append(make("td", ""), ...farms.map((farm) => make("th", farm.name, { scope: "col" })));
  element("head").replaceChildren(head);
  element("body").replaceChildren(...servers.map((server) => row(server)));
}

function row(server) {
  const made = document.createElement("tr");
  made.append(make("th", server, { scope: "row" }));
  for (const farm of farms) {
    const cell = document.createElement("td");
    if (farm.members.some((member) => member.server === server)) cell.append(cellButton(farm.name + "\\n" + server));
    made.append(cell);
  }
  return made;
}

function cellButton(key) {
  const button = make("button", "?", { type: "button" });
  button.dataset.key = key;
  for (const event of ["mouseenter", "focus", "click"]) button.addEventListener(event, () => { chosen = key; paint(); });
  return button;
}

function paint() {
  for (const button of document.querySelectorAll("button[data-key]")) {
    const found = find(button.dataset.key);
    if (!found) continue;
    const [kind, text] = look(found.member);
    if (button.className !== kind) button.className = kind;
    if (button.textContent !== text) button.textContent = text;
    const label = found.farm.name + " on " + found.member.server + ": " + text;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", String(chosen === button.dataset.key));
    button.title = found.member.reason ?? "";
  }
  const shown = find(chosen) ?? firstDown();
  if (shown) showDetail(detail(shown));
}

// Left alone while nothing changed: a selection in it survives, and screen readers stay silent.
function showDetail(parts) {
  const text = parts.map((part) => part.textContent).join();
  if (text !== detailText) element("detail").replaceChildren(...parts);
  detailText = text;
}

function detail({ farm, member }) {
  const list = document.createElement("dl");
  const add = (name, value) => list.append(make("dt", name), make("dd", value));
  add("Address", member.address);
  add("Health", health(member)[1] + ", since " + time(member.since));
  add("State", stateLine(member));
  if (member.state !== "available") add("Left", member.held === 0 ? "nothing" : member.held + ", oldest " + age(member.oldestMs));
  if (member.reason) add("Reason", member.reason);
  const check = member.lastCheck;
  if (check) add("Last check", check.asked + ": " + check.came + " (" + check.durationMs + " ms, " + time(check.at) + ")");
  else add("Last check", "none");
  add("Requests", member.current + " running, " + member.total + " in all, " + member.failed + " failed");
  return [make("h2", farm.name + " on " + member.server), list, acts(farm, member)];
}

function stateLine({ state, stateSet }) {
  if (!stateSet) return state === "available" ? state : state + ", by the configuration";
  const note = stateSet.note ? " (" + stateSet.note + ")" : "";
  const whole = stateSet.scope === "server" ? ", the whole server" : "";
  const until = stateSet.until ? ", until " + time(stateSet.until) : "";
  return state + whole + ", by " + stateSet.by + note + ", " + time(stateSet.at) + until;
}

// Taking out and back: the protocol alone, or the server in all its farms.
function acts(farm, member) {
  const bar = document.createElement("div");
  bar.className = "acts";
  const server = encodeURIComponent(member.server);
  const scopes = [
    [farm.name, "/api/v1/farms/" + encodeURIComponent(farm.name) + "/members/" + server + "/state"],
    ["all of " + member.server, "/api/v1/servers/" + server + "/state"],
  ];
  for (const [name, path] of scopes) {
    const group = make("span", name + ": ");
    for (const state of ["available", "drain", "unavailable"]) {
      const button = make("button", state, { type: "button" });
      button.addEventListener("click", () => void setState(path, state));
      group.append(button);
    }
    bar.append(group);
  }
  return bar;
}

async function setState(path, state) {
  const body = JSON.stringify({ state, by: "dashboard" });
  try {
    const answer = await fetch(path, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
    const told = await answer.json();
    notice = answer.ok ? told.warnings.join(", ") : told.message;
  } catch {
    notice = "The router does not answer.";
  }
  await load();
}

function summarise() {
  const members = farms.flatMap((farm) => farm.members);
  const down = members.filter((member) => member.healthy === false).length;
  const wait = members.filter((member) => member.healthy === null).length;
  const parts = [members.length - down - wait + " of " + members.length + " up"];
  if (down > 0) parts.push(down + " down");
  if (wait > 0) parts.push(wait + " not known yet");
  const out = members.filter((member) => member.state !== "available").length;
  if (out > 0) parts.push(out + " taken out");
  if (notice) parts.push(notice);
  return parts.join(", ");
}

async function refresh() {
  await load();
  setTimeout(refresh, periodMs);
}

async function load() {
  try {
    const answer = await fetch("/api/v1/farms", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    farms = await answer.json();
    build();
    paint();
    document.body.classList.remove("stale");
    say(summarise());
  } catch {
    document.body.classList.add("stale");
    say("The router does not answer.");
  }
}
function say(text) {
  if (element("summary").textContent !== text) element("summary").textContent = text;
}
refresh();
`;
