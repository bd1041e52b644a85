/** From then on a request counts as one that waited for the faulty server, where nobody noted where it went. */
const late = 1000;

/** Requests that are judged together, and how many of them must have gone to a server that nothing is the matter with. */
const slice = 32;
const fewest = 5;

/**
 * When the faulty server was out of rotation for protocol a, and when back; what it lost of protocol b meanwhile. In
 * milliseconds from the fault's begin and end; `outAfter` null: it never was out.
 */
export function rotation({ requests, notesOf, fault, moments, faulty }) {
  if (fault.noRotation) return {};
  const arrivedAt = (request) => arrival(request, notesOf, faulty, moments);
  const sentDuring = requests.filter(({ at }) => at >= moments.begin && at < moments.endsAt);
  const [during, othersDuring] = ["a", "b"].map((name) => sentDuring.filter(({ protocol }) => protocol === name));
  const there = during.map((request) => arrivedAt(request) ?? (fault.blind ? guess(request) : null));
  const arrivals = there.filter((at) => at !== null);
  return {
    sentThere: arrivals.length,
    outAfter: outAfter(arrivals, moments),
    backAfter: backAfter(requests, arrivedAt, moments),
    ...(fault.touches.includes("b") ? {} : moved(othersDuring.map((request) => arrivedAt(request) !== null))),
  };
}

/** A server that was frozen notes only when it goes on; what it notes then was sent to it when the client sent it. */
function arrival({ id, at }, notesOf, faulty, { endsAt }) {
  const note = notesOf.get(id)?.find(({ server }) => server === faulty);
  if (note === undefined) return null;
  return at < endsAt && note.at >= endsAt ? at : note.at;
}

function guess({ at, ms, lost }) {
  return lost !== null || ms > late ? at : null;
}

/** null where requests went there until the end, but for a moment. */
function outAfter(arrivals, { begin, endsAt }) {
  const last = arrivals.reduce((latest, at) => Math.max(latest, at), begin);
  return last > endsAt - 250 ? null : last - begin;
}

/** null where it did not come back before the load ended. */
function backAfter(requests, arrivedAt, { ended }) {
  const arrivals = requests.filter(({ at, protocol }) => at >= ended && protocol === "a").map(arrivedAt);
  const first = arrivals.filter((at) => at !== null).reduce((earliest, at) => Math.min(earliest, at), Infinity);
  return first === Infinity ? null : first - ended;
}

/**
 * The faulty server's half of protocol b, less what it got. Chance makes any half a little more or less, so only those runs
 * of 32 requests count of which fewer than 5 went there: by chance that is one in a hundred thousand.
 */
function moved(wentThere) {
  let sum = 0;
  for (let from = 0; from + slice <= wentThere.length; from += slice) {
    const count = wentThere.slice(from, from + slice).filter(Boolean).length;
    if (count < fewest) sum += slice / 2 - count;
  }
  const share = wentThere.filter(Boolean).length / wentThere.length;
  return { othersMoved: sum, othersShare: share };
}
