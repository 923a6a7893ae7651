import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LEVERS } from "../../../components/config/profiles";

// Proves that docs/failover.md shows the table of profiles that the program reads. Does not prove what it says of seconds.
const TEXT = readFileSync(join(__dirname, "..", "..", "..", "docs", "failover.md"), "utf8");
const written = (v: unknown): string => (v === undefined ? "its own" : `\`${String(v)}\``);

test("docs/failover.md has the program's own table of profiles", () => {
  const rows = TEXT.split("\n")
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((c) => c.trim()),
    )
    .filter((cells) => cells.length === 5 && /^`\w+\.[\w.]+`$/.test(cells[0] ?? ""));
  expect(rows).toEqual(LEVERS.map((l) => [`\`${l.key}\``, l.shortens, written(l.howto), written(l.fast), l.why]));
});
