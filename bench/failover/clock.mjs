/** Milliseconds of a clock that all processes of a machine share and nobody sets. */
export function now() {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function until(moment) {
  return new Promise((wake) => setTimeout(wake, Math.max(0, moment - now())));
}
