const savesAll = ["kill", "stopped", "reloads"];

/** What Fairlead promises and did not keep; counts alone, as times depend on the machine. */
export function broken(runs) {
  const own = runs.filter(({ id }) => id === "fairlead");
  if (own.length === 0) return ["not measured"];
  return own.flatMap(({ fault, error, result }) => {
    if (error !== undefined) return [`${fault}: ${error}`];
    if (result.unsupported) return [];
    const { safeLost, postTwice, othersLost } = result;
    return [
      savesAll.includes(fault) && safeLost > 0 ? `${fault}: ${safeLost} requests lost that could be saved` : null,
      postTwice > 0 ? `${fault}: ${postTwice} POST executed twice` : null,
      othersLost > 0 ? `${fault}: ${othersLost} requests of the other protocol lost` : null,
    ].filter((line) => line !== null);
  });
}
