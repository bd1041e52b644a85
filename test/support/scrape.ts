/** What a scrape says: series (`name{label="value"}`, as written) and their values. */
export type Scrape = ReadonlyMap<string, number>;

/** Reads the exposition format strictly: what is neither a comment nor a sample is an error, and so is a series said twice. */
function readScrape(text: string): Scrape {
  const said = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (?:HELP|TYPE) [a-z_0-9]+ ./.test(line)) continue;
    const match =
      /^([a-z_0-9]+(?:\{[a-z_0-9]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_0-9]+="(?:[^"\\\n]|\\[\\"n])*")*\})?) (\S+)$/.exec(
        line,
      );
    const series = match?.[1];
    if (series === undefined) throw new Error(`not a sample: ${line}`);
    if (said.has(series)) throw new Error(`said twice: ${line}`);
    said.set(series, match?.[2] === "+Inf" ? Number.POSITIVE_INFINITY : Number(match?.[2]));
  }
  return said;
}

export async function scrape(adminUrl: string | undefined): Promise<Scrape> {
  return readScrape(await scrapeText(adminUrl));
}

export async function scrapeText(adminUrl: string | undefined): Promise<string> {
  const response = await fetch(`${adminUrl}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics: ${response.status} ${await response.text()}`);
  return response.text();
}
