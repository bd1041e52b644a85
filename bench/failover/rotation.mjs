/** From then on a request counts as one that waited for the faulty server, where nobody noted where it went. */
const late = 1000;

/** What is sent so shortly before the fault's end may come to the server after it, and is not judged. */
const margin = 200;

/** Requests that came in this time before that: the server was not out. */
const lastMoment = 300;

/** Requests that are judged together, and how many of them must have gone to a server that nothing is the matter with. */
const slice = 32;
const fewest = 5;

/**
 * When the faulty server was out of rotation for protocol a, and when back; what it lost of protocol b meanwhile. In
 * milliseconds from the fault's begin and end; `outAfter` null: it never was out.
 */
export function rotation({ requests, notesOf, fault, moments, faulty }) {
  if (fault.noRotation) return {};
  const { begin, endsAt, ended } = moments;
  const followed = requests.map((request) => ({
    ...request,
    sentAt: request.at + request.sentLate,
    cameAt: notesOf.get(request.id)?.find(({ server }) => server === faulty)?.at ?? null,
  }));
  const during = followed.filter(({ sentAt }) => sentAt >= begin && sentAt < endsAt);
  const [ofA, ofB] = ["a", "b"].map((name) => during.filter(({ protocol }) => protocol === name));
  const there = ofA.map(fault.blind ? sentThere : ({ cameAt }) => cameAt);
  const times = there.filter((at) => at !== null && at <= endsAt - margin);
  return {
    sentThere: times.length,
    outAfter: outAfter(times, moments),
    backAfter: backAfter(
      followed.filter(({ sentAt, protocol }) => sentAt >= ended && protocol === "a"),
      ended,
    ),
    ...(fault.touches.includes("b") ? {} : moved(ofB)),
  };
}

/** A server that is killed notes nothing more, and one that is frozen only when it goes on. */
function sentThere({ sentAt, cameAt, ms, lost }) {
  return cameAt !== null || lost !== null || ms > late ? sentAt : null;
}

/** null where requests went there until the end. */
function outAfter(times, { begin, endsAt }) {
  const last = times.reduce((latest, at) => Math.max(latest, at), begin);
  return last > endsAt - margin - lastMoment ? null : last - begin;
}

/** null where it did not come back before the load ended. */
function backAfter(requests, ended) {
  const times = requests.map(({ cameAt }) => cameAt).filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times) - ended;
}

/**
 * The faulty server's half of protocol b, less what it got. Chance makes any half a little more or less, so only those runs
 * of 32 requests count of which fewer than 5 went there: by chance that is one in a hundred thousand. A busy proxy may change the
 * order of requests, so it is never more than what the half lacks on the whole.
 */
function moved(requests) {
  const wentThere = requests.map(({ cameAt }) => cameAt !== null);
  let sum = 0;
  for (let from = 0; from + slice <= wentThere.length; from += slice) {
    const count = wentThere.slice(from, from + slice).filter(Boolean).length;
    if (count < fewest) sum += slice / 2 - count;
  }
  const total = wentThere.filter(Boolean).length;
  const lacking = Math.max(0, Math.round(wentThere.length / 2) - total);
  return { othersMoved: Math.min(sum, lacking), othersShare: total / wentThere.length };
}
