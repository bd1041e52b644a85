/** One event of a stream, as the server named it. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

const maxLength = 1_048_576;

/** Server-sent events as the HTML standard has them (9.2.6): text in any pieces, events out. */
export class EventStreamParser {
  /** The id of the last event that is complete; "" = none was told. To be sent back as `Last-Event-ID`. */
  lastId = "";
  #id = "";
  #event = "";
  #data: string[] = [];
  #rest = "";
  /** A CR ended the last piece; an LF may belong to it. */
  #afterCr = false;
  /** Of the event that is being read. */
  #length = 0;

  /** Throws where an event does not end. */
  push(text: string): StreamEvent[] {
    const piece = this.#afterCr && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#afterCr = text.endsWith("\r");
    const lines = (this.#rest + piece).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? "";
    const events = lines.flatMap((line) => this.#line(line) ?? []);
    if (this.#length + this.#rest.length > maxLength) throw new Error("an event is too long");
    return events;
  }

  /** The event that it ends. */
  #line(line: string): StreamEvent | null {
    if (line === "") return this.#endOfEvent();
    this.#length += line.length;
    const [, field = "", value = ""] = /^([^:]*)(?:: ?)?(.*)$/su.exec(line) ?? [];
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #endOfEvent(): StreamEvent | null {
    const [event, data] = [this.#event, this.#data];
    this.lastId = this.#id;
    this.#event = "";
    this.#data = [];
    this.#length = 0;
    return data.length === 0 ? null : { event: event === "" ? "message" : event, data: data.join("\n") };
  }
}
