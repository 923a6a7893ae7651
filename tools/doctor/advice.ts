/** A word for a person's shell, and for make on the way, which takes a dollar for its own. */
function word(text: string): string {
  if (/[$`\\!]/.test(text)) throw new Error(`advice may not have a dollar, backtick or backslash in it: ${text}`);
  if (/^[A-Za-z0-9_./:=@,+-]+$/.test(text)) return text;
  return text.includes("'") ? `"${text.replace(/"/g, '\\"')}"` : `'${text}'`;
}

/** What a person types to do what is advised, in this checkout; names the stack where it is not the default one. */
export interface Advice {
  /** A verb of the Makefile, as in `make("online", { NODE: "qvddb2" })`. */
  make(verb: string, variables?: Readonly<Record<string, string>>): string;
  /** A command as root on a node. */
  on(node: string, command: string): string;
}

export function adviceFor(stack: string): Advice {
  const make: Advice["make"] = (verb, variables = {}) => {
    const all = { ...(stack === "dev" ? {} : { STACK: stack }), ...variables };
    return ["make", verb, ...Object.entries(all).map(([k, v]) => `${k}=${word(v)}`)].join(" ");
  };
  return { make, on: (node, command) => make("on", { NODE: node, RUN: command }) };
}
