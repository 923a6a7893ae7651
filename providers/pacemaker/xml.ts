import { XMLParser } from "fast-xml-parser";

/** An XML element without text: all that the CIB and the outputs of Pacemaker's tools need. */
export interface Xml {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly Xml[];
}

/** Attributes without a value are left out. */
export function element(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  children: readonly Xml[] = [],
): Xml {
  const given = Object.entries(attrs).filter((e): e is [string, string] => e[1] !== undefined);
  return { name, attrs: Object.fromEntries(given), children };
}

export const child = (x: Xml | undefined, name: string): Xml | undefined => x?.children.find((c) => c.name === name);
/** The element with each child of that name changed, and the others as they are. */
export const within = (x: Xml, name: string, change: (c: Xml) => Xml): Xml => ({
  ...x,
  children: x.children.map((c) => (c.name === name ? change(c) : c)),
});
export const childrenOf = (x: Xml | undefined, name: string): Xml[] =>
  (x?.children ?? []).filter((c) => c.name === name);

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Entities as what they stand for, in one pass. */
export const decode = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (all, hex?: string, dec?: string, name?: string) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (dec) return String.fromCodePoint(Number(dec));
    return NAMED[name as string] ?? all;
  });

const ESCAPES: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" };

/** White space is escaped, too: a parser would turn a line break inside an attribute into a space. */
const encode = (text: string): string =>
  text.replace(/[<>&"]/g, (c) => ESCAPES[c] as string).replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`);

// Entities are decoded by `decode` alone, in one pass, or `&amp;lt;` would become `<`.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

type Raw = Readonly<Record<string, unknown>>;

function convert(raw: Raw): Xml | undefined {
  const name = Object.keys(raw).find((k) => k !== ":@");
  if (name === undefined || name.startsWith("#")) return undefined;
  const attrs = Object.entries((raw[":@"] ?? {}) as Record<string, string>).map(([k, v]) => [k, decode(String(v))]);
  const children = (raw[name] as Raw[]).map(convert).filter((c) => c !== undefined);
  return { name, attrs: Object.fromEntries(attrs) as Record<string, string>, children };
}

/** @throws Error when the text has no root element */
export function parseXml(text: string): Xml {
  const root = (parser.parse(text) as Raw[]).map(convert).find((x) => x !== undefined);
  if (!root) throw new Error("no XML element in it");
  return root;
}

/** One element a line, attributes in the order given. */
export function formatXml(x: Xml, indent = ""): string {
  const attrs = Object.entries(x.attrs).map(([k, v]) => ` ${k}="${encode(v)}"`);
  const open = `${indent}<${x.name}${attrs.join("")}`;
  if (x.children.length === 0) return `${open}/>\n`;
  return `${open}>\n${x.children.map((c) => formatXml(c, `${indent}  `)).join("")}${indent}</${x.name}>\n`;
}
