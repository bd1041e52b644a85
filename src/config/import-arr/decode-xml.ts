/** 64 MiB: some thousand times the largest applicationHost.config. */
const maxXmlBytes = 64 * 1024 * 1024;

export type XmlText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

const byteOrders: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** The bytes of an XML file as text: UTF-8, or UTF-16 with a byte order mark (XML 1.0, 4.3.3). */
export function decodeXml(bytes: Uint8Array): XmlText {
  if (bytes.length > maxXmlBytes) {
    const message = `the file has ${bytes.length} bytes, at most ${maxXmlBytes} (64 MiB) are read: is it a configuration of IIS?`;
    return { ok: false, message };
  }
  const [encoding = "utf-8"] = byteOrders.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte)) ?? [];
  try {
    return { ok: true, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    const message = `the file is not ${encoding.toUpperCase()}: save it as UTF-8 (Notepad: Save as, Encoding UTF-8)`;
    return { ok: false, message };
  }
}
