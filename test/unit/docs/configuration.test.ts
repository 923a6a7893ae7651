import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LEVERS } from "../../../components/config/profiles";
import { schema } from "../../../components/config/schema";
import { SECRETS } from "../../../components/config/secrets";
import type { Key } from "./support/keys";
import { keys } from "./support/keys";

// Proves that docs/configuration.md names exactly the keys that the schema takes, with the schema's own defaults and those of profile `fast`. Does not prove what it says of their meaning.

const ROOT = join(__dirname, "..", "..", "..");
const TEXT = readFileSync(join(ROOT, "docs", "configuration.md"), "utf8");

interface Row {
  readonly path: string;
  readonly unit: string;
  readonly default: string;
  readonly meaning: string;
}

const rows: Row[] = TEXT.split("\n").flatMap((line) => {
  const cells = /^\| `[^`]+`\s+\|/.test(line)
    ? line
        .split("|")
        .slice(1, -1)
        .map((c) => c.trim())
    : [];
  const [path = "", unit = "", fallback = "", meaning = ""] = cells;
  return cells.length > 0 ? [{ path: path.replace(/`/g, ""), unit, default: fallback, meaning }] : [];
});

const wanted = keys(schema);
const unchecked = ["lab", ...SECRETS];

/** How the table writes a default. */
const written = (k: Key): string =>
  k.default === undefined
    ? k.optional
      ? "none"
      : "required"
    : `\`${typeof k.default === "string" ? k.default || '""' : JSON.stringify(k.default)}\``;

describe("docs/configuration.md", () => {
  it("walks the whole schema", () => {
    const paths = wanted.map((k) => k.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "nodes[].ssh.hostKey",
        "timers.postgres.monitor.interval",
        "machine.cpu.mode",
        "drbd.overwrite",
      ]),
    );
    expect(unchecked).toContain("sshPrivateKey");
  });

  it("has one row for every key, and for nothing else", () => {
    expect(rows.map((r) => r.path).sort()).toEqual([...wanted.map((k) => k.path), ...unchecked].sort());
  });

  it.each(wanted.map((k) => [k.path, k] as const))("gives the default of %s", (path, k) => {
    expect(rows.find((r) => r.path === path)?.default).toBe(written(k));
  });

  it.each(LEVERS.filter((v) => !v.key.startsWith("database.settings.")).map((v) => [v.key, v.fast] as const))(
    "says what profile `fast` makes of %s",
    (key, fast) => {
      const meaning = rows.find((r) => r.path === key)?.meaning ?? "";
      const said = /Profile `fast`(?:: `?([^`,. ]+)`?| takes it)/.exec(meaning);
      expect(said).not.toBeNull();
      // What it takes is named before.
      const named = said?.[1] === undefined ? [...meaning.matchAll(/`([^`]+)`/g)].map((m) => m[1]) : [said[1]];
      expect(named).toContain(String(fast));
    },
  );

  it("counts the keys that profile `fast` has others for", () => {
    expect(LEVERS).toHaveLength(20);
    expect(TEXT).toContain("has others for twenty keys");
  });

  it("says what each key means", () => {
    expect(rows.filter((r) => r.meaning.length < 10).map((r) => r.path)).toEqual([]);
  });
});
