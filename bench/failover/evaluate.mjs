import { rotation } from "./rotation.mjs";

/**
 * A request is lost that was not answered with 200 and the whole right body. A lost one is safe where sending it again could
 * have done no harm: a GET, or a POST that no server saw. Of a lost POST that a server saw nobody knows what became of it.
 */
export function evaluate({ requests, noted, fault, moments, servers }) {
  const notesOf = groupedById(noted);
  const lost = requests.filter((request) => request.lost !== null);
  const isSafe = ({ id, method }) => method === "GET" || !notesOf.has(id);
  const unknown = lost.filter((request) => !isSafe(request));
  const others = lost.filter(({ protocol }) => !fault.touches.includes(protocol));
  const after = requests.filter(({ at, protocol }) => at >= moments.ended && fault.touches.includes(protocol));
  const during = requests.filter(({ at, protocol }) => isDuring(at, moments) && fault.touches.includes(protocol));
  return {
    requests: requests.length,
    safeLost: lost.length - unknown.length,
    unknownLost: unknown.length,
    unknownRefused: unknown.filter(({ id }) => notesOf.get(id).every(({ what }) => what === "refused")).length,
    postTwice: takenTwice(notesOf),
    othersLost: fault.touches.length === 2 ? null : others.length,
    lostBefore: lost.filter(({ at }) => at < moments.begin - 1000).length,
    sentLate: quantile(
      requests.map(({ sentLate }) => sentLate),
      0.99,
    ),
    reasons: countBy(lost, ({ method, lost: reason }) => `${method} ${reason}`),
    ...latencies(during),
    p99After: latencies(after).p99,
    ...rotation({ requests, notesOf, fault, moments, faulty: servers[0].name }),
  };
}

function isDuring(at, { begin, endsAt }) {
  return at >= begin && at < endsAt;
}

/** A POST that arrived wholly at a pool that works, or seems to, may have been executed there. */
function takenTwice(notesOf) {
  const taken = (notes) => notes.filter(({ what, method }) => what === "taken" && method === "POST").length;
  return [...notesOf.values()].filter((notes) => taken(notes) > 1).length;
}

function latencies(requests) {
  const all = requests.filter(({ lost }) => lost === null).map(({ ms }) => ms);
  const slower = (limit) => all.filter((ms) => ms > limit).length;
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(all, share));
  return { p50, p99, max, over1s: slower(1000), over2s: slower(2000) };
}

function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

function groupedById(noted) {
  const groups = new Map();
  for (const note of noted) {
    if (groups.has(note.id)) groups.get(note.id).push(note);
    else groups.set(note.id, [note]);
  }
  return groups;
}

function countBy(list, keyOf) {
  const counts = {};
  for (const entry of list) counts[keyOf(entry)] = (counts[keyOf(entry)] ?? 0) + 1;
  return counts;
}
