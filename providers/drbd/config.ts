/** One statement of DRBD's configuration language: a keyword with its words, and a body where it is a section. */
export interface Statement {
  readonly key: string;
  readonly words: readonly string[];
  readonly body?: readonly Statement[];
}

const TOKEN = /\s+|#[^\n]*|"((?:[^"\\\n]|\\.)*)"|([{};])|([^\s{};"#]+)/gy;

function* tokens(text: string): Generator<{ text: string; mark: boolean }> {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const m = TOKEN.exec(text);
    if (!m) throw new Error(`cannot read DRBD's configuration at character ${at}`);
    if (m[2] !== undefined) yield { text: m[2], mark: true };
    else if (m[1] !== undefined) yield { text: m[1], mark: false };
    else if (m[3] !== undefined) yield { text: m[3], mark: false };
  }
}

/** Parses what drbd.conf(5) and `drbdsetup show` share: statements that end in `;`, and sections in braces. @throws Error */
export function parseConfig(text: string): Statement[] {
  const stack: { head: string[]; body: Statement[] }[] = [{ head: [], body: [] }];
  let words: string[] = [];
  const close = (body?: Statement[]): void => {
    const [key, ...rest] = words;
    words = [];
    if (key === undefined) return;
    (stack.at(-1) as (typeof stack)[number]).body.push({ key, words: rest, ...(body ? { body } : {}) });
  };
  for (const t of tokens(text)) {
    if (!t.mark) words.push(t.text);
    else if (t.text === ";") close();
    else if (t.text === "{") {
      stack.push({ head: words, body: [] });
      words = [];
    } else {
      if (words.length > 0) throw new Error(`"${words[0]}" does not end in ";"`);
      const done = stack.length > 1 ? stack.pop() : undefined;
      if (!done) throw new Error(`"}" without "{"`);
      words = done.head;
      close(done.body);
    }
  }
  if (stack.length > 1 || words.length > 0) throw new Error("DRBD's configuration ends within a statement");
  return (stack[0] as (typeof stack)[number]).body;
}

export const find = (in_: readonly Statement[] | undefined, key: string, word?: string): Statement | undefined =>
  in_?.find((s) => s.key === key && (word === undefined || s.words[0] === word));

/** Options of a section by name. An option without a value is a boolean that is on. */
export const optionsOf = (in_: readonly Statement[] | undefined, ...path: string[]): Record<string, string> => {
  const section = path.reduce<readonly Statement[] | undefined>(
    (b, key) => b?.find((x) => x.key === key && x.body)?.body,
    in_,
  );
  return Object.fromEntries((section ?? []).filter((s) => !s.body).map((s) => [s.key, s.words.join(" ") || "yes"]));
};

const BARE = /^[A-Za-z0-9_.-]+$/;
/** A word of the configuration, in quotes where it needs them. */
export const word = (v: string): string => (BARE.test(v) ? v : `"${v}"`);
