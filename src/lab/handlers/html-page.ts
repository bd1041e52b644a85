import type { LabResponse } from "../lab-exchange.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe as text and as the value of an attribute, in HTML and in XML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** A small page; `content` is HTML. */
export function htmlPage(title: string, content: string): LabResponse {
  const style =
    "body{font:16px/1.5 'Segoe UI',system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#222}" +
    "h1{font-weight:300;color:#0072c6}label{display:block;margin:1rem 0}input{font:inherit;width:100%;padding:.4rem;" +
    "box-sizing:border-box}button{font:inherit;padding:.4rem 1.5rem;color:#fff;background:#0072c6;border:0}" +
    "footer{margin-top:3rem;color:#767676;font-size:.85rem}";
  return {
    status: 200,
    fields: [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Cache-Control", "no-cache, no-store"],
    ],
    body:
      `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escaped(title)}</title><style>${style}</style></head>\n<body>${content}</body></html>\n`,
  };
}
