import { setTimeout as pause } from "node:timers/promises";

/*
 * `touches`: the protocols that fail. `begin` and `end` get { faulty, proxy, length }: the server that fails, the running
 * proxy, and how many milliseconds it is to last. `begin` gives false where the proxy has no means for it. `brief`: part of a
 * short run.
 */

const both = ["a", "b"];
const pool = (id, title, mode) => ({
  id,
  title,
  touches: ["a"],
  begin: ({ faulty }) => faulty.tell("a", mode),
  end: ({ faulty }) => faulty.tell("a", "ok"),
});

const kill = {
  id: "kill",
  title: "A server is killed",
  brief: true,
  touches: both,
  // Nobody is there who could note what still comes.
  blind: true,
  begin: ({ faulty }) => faulty.kill(),
  end: ({ faulty }) => faulty.start(),
};

const hang = {
  id: "hang",
  title: "A server hangs, all of it",
  brief: true,
  touches: both,
  blind: true,
  begin: ({ faulty }) => faulty.freeze(),
  end: ({ faulty }) => faulty.thaw(),
};

const drain = {
  id: "drain",
  title: "An operator takes a server out and back",
  touches: both,
  begin: ({ faulty, proxy }) => proxy.takeOut(faulty.name),
  end: ({ faulty, proxy }) => proxy.putBack(faulty.name),
};

const reloads = {
  id: "reloads",
  title: "Five reloads",
  brief: true,
  touches: both,
  noRotation: true,
  begin(context) {
    context.reloading = reloadFiveTimes(context);
    // Awaited at the end; until then a failure has to wait too.
    context.reloading.catch(() => undefined);
  },
  end: ({ reloading }) => reloading,
};

async function reloadFiveTimes({ proxy, length }) {
  for (let revision = 1; revision <= 5; revision++) {
    if ((await proxy.reload(revision)) === false) throw new Error("the proxy did not reload");
    if (revision < 5) await pause(length / 5);
  }
}

export const faults = [
  kill,
  { ...pool("stopped", "A pool is stopped: 503", "stopped"), brief: true },
  hang,
  pool("hung", "A pool hangs", "hung"),
  pool("slow", "A pool answers ten times as slowly", "slow"),
  pool("flapping", "A pool stops and starts every 500 ms", "flapping"),
  pool("reset", "A pool resets connections amid the answer, its health check is fine", "reset"),
  drain,
  reloads,
];
