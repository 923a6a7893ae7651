import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { schema } from "../../../components/config/schema";
import { seen } from "../../../drills/seen";
import { keys } from "./support/keys";

// Proves that the README knows every verb of the Makefile and every page, and names the ports that the schema has as defaults. Does not prove what it says of them.

const ROOT = join(__dirname, "..", "..", "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const README = read("README.md");
const MAKEFILE = read("Makefile");

describe("README.md", () => {
  it("has every verb, in its own table or by the operations' table that it points to", () => {
    const verbs = (/^\.PHONY: (.*)$/m.exec(MAKEFILE)?.[1] ?? "").split(" ");
    expect(verbs.length).toBeGreaterThan(40);
    const text = README + read("docs/operations.md");
    const told = [...text.matchAll(/`make ([^`]+)`|`([a-z][\w-]*)`|^make ([\w-]+)/gm)].flatMap((m) =>
      (m[1] ?? m[2] ?? m[3] ?? "").split(/[ ,]+/),
    );
    // What developers call is CONTRIBUTING.md's.
    const own = [...read("CONTRIBUTING.md").matchAll(/^make ([a-z][\w -]*)/gm)].flatMap((m) =>
      (m[1] as string).split(" "),
    );
    expect(verbs.filter((v) => !told.includes(v) && !own.includes(v))).toEqual([]);
  });

  it("has these in its own table", () => {
    for (const verb of ["backup", "restore", "verify", "rotate", "doctor", "drift"])
      expect(README).toMatch(new RegExp(`^\\|.*\`make ${verb}\\b`, "m"));
  });

  it("points to every page", () => {
    const pages = readdirSync(join(ROOT, "docs")).filter((f) => f.endsWith(".md"));
    const list = README.slice(README.indexOf("## Where to read on"));
    expect(pages.filter((p) => !list.includes(`(docs/${p})`))).toEqual([]);
  });

  it("names the ports that are the defaults", () => {
    const from = README.indexOf("### Ports");
    const table = README.slice(from, README.indexOf("### ", from + 1));
    const named = [...table.matchAll(/(?:TCP|UDP) (\d+) \(`([\w[\].]+)`/g)].map((m) => [m[2], Number(m[1])] as const);
    const ports = new Map(keys(schema).flatMap((k) => (/\bport$/i.test(k.path) ? [[k.path, k.default]] : [])));
    const known = named.filter(([key]) => ports.has(key as string));
    expect(known.length).toBeGreaterThan(8);
    for (const [key, port] of known) expect([key, port]).toEqual([key, ports.get(key as string)]);
    // Whatever has a port is in the table; where all are reached by SSH, one row speaks for them.
    const silent = [...ports.keys()].filter(
      (k) => !table.includes(k as string) && !/connection\.port$/.test(String(k)),
    );
    expect(silent).toEqual(["database.port"]);
    expect(table).toContain("TCP 5432 ");
  });
});

/** What the README says that the service goes through, by the drills that do it. */
const GOES_THROUGH = [
  ...["power-cut", "standby-cut", "kernel-crash", "hang", "partition", "both-rings-down"],
  ...["postmaster-killed", "postmaster-killed-again", "unmounted", "frozen-file-system"],
  ...["ring-0-down", "ring-1-down", "router-down", "active-disk-gone"],
];

test("README.md says that what it protects from was seen, as it was noted", () => {
  expect(README).toContain("Each of these is a drill, and each was seen to come out so on two guests");
  expect(GOES_THROUGH.filter((name) => !(name in seen()))).toEqual([]);
});

describe("what the pages count", () => {
  const count = (file: string): number => (JSON.parse(read(file)) as unknown[]).length;
  it.each([
    ["docs/operations.md", /`make drift-table` makes (\d+) such changes/, "test/e2e/drift/rows.json"],
    ["docs/operations.md", /maintenance have (\d+) rows of their own/, "test/e2e/drift/maintenance.json"],
    ["docs/architecture.md", /Of the (\d+)\s+changes of the table/, "test/e2e/impact/changes.json"],
  ])("%s: %s", (page, words, table) => {
    expect(Number(words.exec(read(page))?.[1])).toBe(count(table));
  });
});
