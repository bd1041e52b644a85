import { fromBER, ObjectIdentifier, type AsnType } from "asn1js";

/** One DER element; whatever is not as it should be throws. */
export class Der {
  readonly #element: AsnType;

  constructor(element: AsnType) {
    this.#element = element;
  }

  static parse(bytes: Uint8Array): Der {
    const { offset, result } = fromBER(bytes);
    if (offset !== bytes.length) throw new Error("not DER, or more than one element");
    return new Der(result);
  }

  /** As it was sent, header included: what signatures are made of. */
  get bytes(): Buffer {
    return Buffer.from(this.#element.valueBeforeDecodeView);
  }

  /** The number of a context-specific tag; -1 = it has another one. */
  get tag(): number {
    const { tagClass, tagNumber } = this.#element.idBlock;
    return tagClass === 3 ? tagNumber : -1;
  }

  /** Of a sequence, a set or an explicit tag. */
  get parts(): readonly Der[] {
    const value: unknown = Reflect.get(this.#element.valueBlock, "value");
    if (!Array.isArray(value)) throw new Error("not a sequence");
    return value.map((part: AsnType) => new Der(part));
  }

  at(index: number): Der {
    const part = this.parts[index];
    if (part === undefined) throw new Error("a part is missing");
    return part;
  }

  /** The content of a primitive element: of an integer, an octet string, a bit string without its count of unused bits. */
  get content(): Buffer {
    const view: unknown = Reflect.get(this.#element.valueBlock, "valueHexView");
    if (!(view instanceof Uint8Array)) throw new Error("not a primitive element");
    return Buffer.from(view);
  }

  /** Dotted. */
  get oid(): string {
    if (!(this.#element instanceof ObjectIdentifier)) throw new Error("not an object identifier");
    return this.#element.getValue();
  }

  /** GeneralizedTime in UTC with seconds, the only form that RFC 5280 4.1.2.5.2 allows; milliseconds since 1970. */
  get time(): number {
    const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(this.bytes.subarray(2).toString("latin1"));
    if (match === null) throw new Error("a malformed time");
    const [year = 0, month = 0, ...rest] = match.slice(1).map(Number);
    return Date.UTC(year, month - 1, ...rest);
  }
}
