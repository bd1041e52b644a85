import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect: () => void = vm.runInNewContext("gc");

/** How many bytes are held by what `work` returns, garbage apart. */
export function heldBytes(work: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = work();
  collect();
  const after = process.memoryUsage().heapUsed;
  // Not before it was measured may it be collected.
  return held === undefined ? 0 : after - before;
}
