/** A section of corosync.conf: keys and sections in their order; both may stand several times. */
export interface Section {
  readonly name: string;
  readonly entries: readonly (readonly [string, string])[];
  readonly sections: readonly Section[];
}

interface Open {
  name: string;
  entries: [string, string][];
  sections: Section[];
}

/** Parses corosync.conf(5): `key: value` lines, `name {` and `}` on lines of their own, `#` at a line's start. @throws Error naming the line */
export function parseConfig(text: string): Section {
  const stack: Open[] = [{ name: "", entries: [], sections: [] }];
  const top = (): Open => stack[stack.length - 1] as Open;
  text.split("\n").forEach((raw, i) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const fail = (what: string): Error => new Error(`corosync.conf, line ${i + 1}: ${what}`);
    if (line.endsWith("{")) {
      stack.push({ name: line.slice(0, -1).trim(), entries: [], sections: [] });
    } else if (line === "}") {
      const done = stack.length > 1 ? stack.pop() : undefined;
      if (!done) throw fail(`"}" without "{"`);
      top().sections.push(done);
    } else {
      const at = line.indexOf(":");
      if (at < 1) throw fail("neither a section nor a key with a value");
      top().entries.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
    }
  });
  if (stack.length > 1) throw new Error(`corosync.conf: section "${top().name}" does not end`);
  return top();
}

export const section = (of: Section | undefined, name: string): Section | undefined =>
  of?.sections.find((s) => s.name === name);

/** The last value of a key counts, as for corosync itself. */
export const value = (of: Section | undefined, key: string): string | undefined =>
  of?.entries.filter(([k]) => k === key).at(-1)?.[1];

export function format(of: Section, depth = 0): string {
  const indent = "\t".repeat(depth);
  const entries = of.entries.map(([k, v]) => `${indent}${k}: ${v}\n`);
  const sections = of.sections.map((s) => `${indent}${s.name} {\n${format(s, depth + 1)}${indent}}\n`);
  return [...entries, ...sections].join("");
}
