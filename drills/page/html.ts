/** Text as HTML; everything that comes from a cluster goes through it. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | undefined | false | readonly (string | number | Html)[];

const escaped = (t: string): string => t.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function render(v: Value): string {
  if (v === undefined || v === false) return "";
  if (v instanceof Html) return v.text;
  if (Array.isArray(v)) return (v as readonly (string | number | Html)[]).map(render).join("");
  return escaped(String(v));
}

export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(strings.map((s, i) => (i < values.length ? s + render(values[i]) : s)).join(""));
}

/** A finished picture. */
export const raw = (text: string): Html => new Html(text);
