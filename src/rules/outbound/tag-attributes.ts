/** The attributes that a tag's name stands for, as in IIS URL Rewrite: those that hold a link. */
export const tagAttributes = {
  a: ["href"],
  area: ["href"],
  base: ["href"],
  form: ["action"],
  frame: ["src", "longdesc"],
  head: ["profile"],
  iframe: ["src", "longdesc"],
  img: ["src", "longdesc", "usemap"],
  input: ["src", "usemap"],
  link: ["href"],
  script: ["src"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
