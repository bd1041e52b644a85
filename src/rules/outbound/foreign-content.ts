const roots: ReadonlySet<string> = new Set(["math", "svg"]);

/** Within them HTML goes on. */
const integrationPoints: ReadonlySet<string> = new Set(
  "annotation-xml desc foreignobject mi mn mo ms mtext title".split(" "),
);

/** HTML 13.2.6.5: where one of them begins, foreign content has ended. */
const breakouts: ReadonlySet<string> = new Set(
  (
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr " +
    "ol p pre ruby s small span strong strike sub sup table tt u ul var"
  ).split(" "),
);

/** Knows whether an HTML text is within SVG or MathML, where `<style/>` ends at once and `<title>` may hold tags. */
export class ForeignContent {
  /** What encloses the present place, of `roots` and of `integrationPoints` within them. */
  readonly #open: string[] = [];

  get inside(): boolean {
    const last = this.#open.at(-1);
    return last !== undefined && roots.has(last);
  }

  opened(name: string): void {
    if (this.inside && breakouts.has(name)) this.#close(roots);
    if (roots.has(name) || (this.inside && integrationPoints.has(name))) this.#open.push(name);
  }

  closed(name: string): void {
    const index = this.#open.lastIndexOf(name);
    if (index !== -1) this.#open.length = index;
  }

  selfClosed(name: string): void {
    if (this.#open.at(-1) === name) this.#open.pop();
  }

  #close(names: ReadonlySet<string>): void {
    while (names.has(this.#open.at(-1) ?? "")) this.#open.pop();
  }
}
