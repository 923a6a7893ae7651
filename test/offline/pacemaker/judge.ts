import type { Expected } from "./scenario";
import type { Decision } from "./simulator";

const matches = (said: string, words: string): boolean => said === words || said.startsWith(`${words} `);

function inOrder(executed: readonly string[], wanted: readonly string[]): string[] {
  let from = 0;
  for (const words of wanted) {
    const at = executed.findIndex((e, i) => i >= from && matches(e, words));
    if (at < 0)
      return [executed.some((e) => matches(e, words)) ? `"${words}" comes too early` : `"${words}" is not executed`];
    from = at + 1;
  }
  return [];
}

function carried({ carried: all }: Decision, wanted: NonNullable<Expected["with"]>): string[] {
  return Object.entries(wanted).flatMap(([words, attributes]) => {
    const has = all[words];
    if (!has) return [`"${words}" is not executed`];
    return Object.entries(attributes).flatMap(([k, v]) =>
      has[k] === v ? [] : [`"${words}" has ${k} ${has[k] ?? "not at all"} instead of ${v}`],
    );
  });
}

function waiting({ behind: all }: Decision, wanted: NonNullable<Expected["behind"]>, does: boolean): string[] {
  return Object.entries(wanted).flatMap(([words, awaited]) => {
    const [, has] = Object.entries(all).find(([said]) => matches(said, words)) ?? [];
    if (!has) return [`"${words}" is not executed`];
    const wrong = awaited.filter((a) => has.some((h) => matches(h, a)) !== does);
    return wrong.map((a) => `"${words}" ${does ? "does not wait" : "waits"} for "${a}"`);
  });
}

/** What a decision lacks of what is expected, in words; nothing where all is as expected. */
export function complaints(decided: Decision, expected: Expected): string[] {
  const { announced, executed } = decided;
  const wanted = expected.actions ?? [];
  const missing = wanted.filter((words) => !announced.some((a) => matches(a, words)));
  const more = expected.nothingElse ? announced.filter((a) => !wanted.some((words) => matches(a, words))) : [];
  const bad = (expected.never ?? []).flatMap((words) => [...announced, ...executed].filter((x) => matches(x, words)));
  return [
    ...missing.map((words) => `"${words}" is not announced`),
    ...more.map((words) => `"${words}" is announced`),
    ...inOrder(executed, expected.order ?? []),
    ...[...new Set(bad)].map((words) => `"${words}" happens`),
    ...carried(decided, expected.with ?? {}),
    ...waiting(decided, expected.behind ?? {}, true),
    ...waiting(decided, expected.beside ?? {}, false),
  ];
}
