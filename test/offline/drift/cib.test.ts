import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foreignParts, merge, parseCib, readConfiguration } from "../../../providers/pacemaker/cib";
import type { Configuration } from "../../../providers/pacemaker/spec";
import { formatXml } from "../../../providers/pacemaker/xml";
import { same } from "../../../providers/overlay";
import { partOf } from "../../../providers/pacemaker/read";
import { rows } from "../../e2e/drift/row";
import { cibWith } from "../pacemaker/cluster";
import { development } from "../pacemaker/development";

// Proves with Pacemaker's own tools, on a file, that the drift table's changes of the CIB do what they say, show at the path that they name, and are gone after our merge;
// and that what its owner keeps neither shows nor goes. Not: what a running cluster makes of it (test/e2e/drift.test.ts).

const ours = rows.filter(
  (r) => /cibadmin|crm_(attribute|resource)/.test(r.change) && !/systemctl|--restart/.test(r.change),
);
const fill = (text: string): string => text.replaceAll("ACTIVE", "qvddb1").replaceAll("PASSIVE", "qvddb2");

let known: Configuration;
let directory: string;
beforeAll(async () => {
  known = partOf(await development());
  directory = mkdtempSync(join(tmpdir(), "qvd-ha-drift-"));
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A value deep in another; undefined where there is none. */
const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);

test.each(ours.map((r) => [r.name, r] as const))(
  "%s",
  (_name, row) => {
    const file = join(directory, "cib.xml");
    const bash = (script: string) => {
      const text = `set -e\n${fill(script)}`;
      return spawnSync("bash", ["-c", text], { encoding: "utf8", env: { ...process.env, CIB_file: file } });
    };
    const read = () => parseCib(readFileSync(file, "utf8"));
    const kept = () => foreignParts(read()).map((p) => `${p.what} ${p.id} ${p.detail}`);
    const mergeIn = (): void => writeFileSync(file, formatXml(merge(read(), known)));

    writeFileSync(file, cibWith(known));
    const [before, own] = [readConfiguration(read()), kept()];
    expect(same(before, known)).toBe(true);
    expect(bash(row.repaired).status === 0).toBe(row.seen !== undefined);

    expect({ ...bash(row.change), stdout: "" }).toMatchObject({ status: 0 });
    const after = readConfiguration(read());
    if (row.seen) {
      expect(same(at(after, row.seen.path), at(before, row.seen.path))).toBe(false);
      expect(bash(row.repaired).status).not.toBe(0);
      mergeIn();
      expect(same(readConfiguration(read()), known)).toBe(true);
      expect(bash(row.repaired).status).toBe(0);
      return;
    }
    expect(same(after, known)).toBe(true);
    expect(kept().length).toBe(own.length + 1);
    mergeIn();
    expect({ ...bash(row.repaired), stdout: "" }).toMatchObject({ status: 0 });
    expect(bash(row.cleanup as string).status).toBe(0);
    expect(kept()).toEqual(own);
  },
  30_000,
);
