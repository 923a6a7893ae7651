import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { schema } from "../../../components/config/schema";
import { SECRETS } from "../../../components/config/secrets";
import { faults } from "../../../drills/faults";
import { seen } from "../../../drills/seen";
import howto from "./howto.json";
import { keys } from "./support/keys";

// Proves that docs/howto-map.md has a row for each heading of QVD's HOWTO and a word on everything that howto.json says it asks for, and that the keys, verbs and drills
// which it names are the program's. Does not prove that howto.json has left nothing out: the HOWTO is not ours to keep here.

const ROOT = join(__dirname, "..", "..", "..");
const TEXT = readFileSync(join(ROOT, "docs", "howto-map.md"), "utf8");
const MAKEFILE = readFileSync(join(ROOT, "Makefile"), "utf8");

const plain = (text: string): string => text.replace(/\s+/g, " ");
/** What stands below a heading. */
const below = new Map(
  TEXT.split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), plain(part.slice(part.indexOf("\n")))] as const),
);
const quoted = [...TEXT.matchAll(/`([^`\n]+)`/g)].map((m) => m[1] as string);
const lacking = (all: readonly string[], known: readonly string[]): string[] =>
  [...new Set(all)].filter((x) => !known.includes(x));

describe("docs/howto-map.md", () => {
  it("has a row for every heading of the HOWTO, in its order, and says how it stands with it", () => {
    const rows = (below.get("At a glance") ?? "").split(" | ").map((c) => c.trim());
    const numbers = TEXT.split("\n").flatMap((l) => /^\| ((?:Maintenance )?\d+(?:\.\d+)*) \S/.exec(l)?.[1] ?? []);
    expect(numbers.slice(0, howto.headings.length)).toEqual(howto.headings);
    expect(rows.filter((c) => c === "done").length).toBeGreaterThan(20);
  });

  it.each(howto.asks.map((a) => [a.section, a.tells, a] as const))("%s: %s", (section, _tells, { here }) => {
    const page = (howto.pages as Readonly<Record<string, string>>)[section] ?? "";
    const text = below.get(page);
    expect(text).toBeDefined();
    expect(here.length).toBeGreaterThan(0);
    expect(here.filter((words) => !text?.includes(words))).toEqual([]);
  });

  it("knows what each heading asks for", () => {
    // Below 8 itself nothing is asked for.
    const asked = howto.asks.map((a) => a.section);
    expect(howto.headings.filter((h) => !asked.includes(h))).toEqual(["8"]);
  });

  it("names keys that a stack may set", () => {
    const paths = [...keys(schema).map((k) => k.path), ...SECRETS];
    const known = paths.flatMap((p) => p.split(".").map((_, i, all) => all.slice(0, i + 1).join(".")));
    const tops = known.filter((k) => !k.includes(".")).map((k) => k.replace("[]", ""));
    const named = quoted
      .map((q) => q.replace(/: \S+$/, ""))
      .filter((q) => /^\w+(\[\])?(\.\w+(\[\])?)+$/.test(q) && !/\.(conf|json|md|pl|res|ts)$/.test(q))
      .filter((q) => tops.includes((q.split(".")[0] ?? "").replace("[]", "")));
    expect(named.length).toBeGreaterThan(30);
    expect(lacking(named, known)).toEqual([]);
  });

  it("names verbs that there are", () => {
    const verbs = quoted.flatMap((q) => /^make ([a-z-]+)/.exec(q)?.[1] ?? []);
    const targets = [...MAKEFILE.matchAll(/^([a-z][a-z -]*):/gm)].flatMap((m) => (m[1] as string).split(" "));
    expect(verbs.length).toBeGreaterThan(30);
    expect(lacking(verbs, targets)).toEqual([]);
  });

  it("names drills that there are", () => {
    const named = quoted.flatMap((q) => /FAULT=([\w-]+)/.exec(q)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(10);
    expect(
      lacking(
        named,
        faults.map((f) => f.name),
      ),
    ).toEqual([]);
  });

  it("says of the HOWTO's own tests that each was seen, which was noted of each", () => {
    expect(TEXT).toMatch(/^\| 11 Test cluster resources .* each was seen on guests/m);
    const own = [...(below.get("11 Tests") ?? "").matchAll(/FAULT=([\w-]+)/g)].map((m) => m[1] as string);
    expect(own.length).toBeGreaterThan(8);
    // As the page says of them: seen, but not since they demand more.
    const before = own.filter((name) => (below.get("11 Tests") ?? "").includes(`\`${name}\` was, but not since`));
    expect(lacking(own, [...Object.keys(seen()), ...before])).toEqual([]);
    expect(before.filter((name) => name in seen())).toEqual([]);
  });

  it("names rooms of this repository that there are", () => {
    const rooms = quoted.filter((q) => /^(components|providers|drills|tools|test)\//.test(q));
    expect(rooms.length).toBeGreaterThan(20);
    expect(rooms.filter((r) => !existsSync(join(ROOT, r)))).toEqual([]);
  });
});
