import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import rows from "./program.json";

// Proves that tools/verbs/qvd-ha has every verb of the Makefile and does the same: both are called with stand-ins for whatever they call, which note what they are told.

interface Row {
  readonly verb: string;
  readonly make?: readonly string[];
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Why make goes another way to the same end. */
  readonly apart?: string;
}

const ROOT = join(__dirname, "..", "..", "..");
const MAKEFILE = readFileSync(join(ROOT, "Makefile"), "utf8");

/** Tests and tables of this project itself, which look after no cluster of anybody's. */
const OWN =
  "doctor-table verbs-table profiles compare impact-table mutants test unit offline offline-in host e2e drift-table check fix".split(
    " ",
  );
const verbs = (/^\.PHONY: (.*)$/m.exec(MAKEFILE)?.[1] ?? "").split(" ").filter((v) => !OWN.includes(v));

let root: string;
const NOTE =
  '#!/bin/bash\nprintf \'%s\' "$(basename "$0")" >>"$SAID"; printf \' <%s>\' "$@" >>"$SAID"; echo >>"$SAID"\n';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "program-"));
  for (const d of ["tools/verbs", "bin", ".state"]) mkdirSync(join(root, d), { recursive: true });
  const put = (path: string, text: string): void => {
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), 0o755);
  };
  for (const name of readdirSync(join(ROOT, "tools/verbs"))) put(`tools/verbs/${name}`, NOTE);
  for (const kept of ["tools/verbs/common.sh", "tools/verbs/qvd-ha", "Makefile"])
    cpSync(join(ROOT, kept), join(root, kept));
  put("env.sh", "export QVD_HA_INSTANCE=t\n");
  put("Pulumi.dev.yaml", "config: {}\n");
  put("bin/node", NOTE);
  put("bin/pulumi", "#!/bin/bash\necho '{}'\n");
});
afterAll(() => rmSync(root, { recursive: true }));

function told(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const said = join(root, "said");
  rmSync(said, { force: true });
  const path = `${join(root, "bin")}${delimiter}${process.env.PATH}`;
  const { stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    env: { PATH: path, SAID: said, ...env },
  });
  if (!existsSync(said)) throw new Error(stderr);
  return readFileSync(said, "utf8");
}

test("every verb of the Makefile has a row, and every row a verb", () => {
  expect((rows as Row[]).map((r) => r.verb).sort()).toEqual([...verbs].sort());
});

test("the program's help lists them all, and nothing else", () => {
  const help = execFileSync(join(ROOT, "tools/verbs/qvd-ha"), ["--help"], { encoding: "utf8" });
  const listed = [...(help.split("Commands:\n")[1] ?? "").matchAll(/^ {2}([a-z-]+)/gm)].map((m) => m[1]);
  expect(listed.sort()).toEqual([...verbs, "help"].sort());
});

test.each((rows as Row[]).map((r) => [r.verb, r] as const))("%s is the same by make and by the program", (verb, r) => {
  const byMake = told("make", ["--silent", verb, ...(r.make ?? [])], r.env);
  const byProgram = told("tools/verbs/qvd-ha", [verb, ...(r.program ?? [])], r.env);
  if (r.apart === undefined) expect(byProgram).toBe(byMake);
  const words = (text: string): string[] => [...text.matchAll(/<([^>]*)>/g)].map((m) => m[1] as string);
  // Whichever it is, the words of the caller arrive.
  const given = r.program ?? [];
  expect(words(byProgram).slice(words(byProgram).length - given.length)).toEqual(given);
  if (r.apart !== undefined) expect(words(byMake)).toEqual(given);
});

test("what make's environment has of the same name says nothing: npm puts a NODE into it", () => {
  const env = { NODE: "/usr/bin/node", CONSENT: "database@address", INTO: "database", TO: "b" };
  expect(told("make", ["--silent", "restore"], env)).toBe(told("make", ["--silent", "restore"]));
  expect(told("make", ["--silent", "restore", "NODE=a"], env)).toBe("restore <--node> <a>\n");
  expect(told("make", ["--silent", "switch-over"], env)).toBe(told("make", ["--silent", "switch-over"]));
});

test("a stack is named, consent is handed on, and help of a verb asks no cluster", () => {
  writeFileSync(join(root, "bin/pulumi"), '#!/bin/bash\necho "pulumi $*" >>"$SAID"\n');
  expect(told("tools/verbs/qvd-ha", ["--stack", "dev2", "standby", "b"], {})).toContain("--stack dev2");
  writeFileSync(join(root, "bin/node"), '#!/bin/bash\necho "consent $QVD_HA_CONSENT" >>"$SAID"\n');
  expect(told("tools/verbs/qvd-ha", ["standby", "b"], { CONSENT: "moves:g", QVD_HA_CONSENT: "x" })).toContain(
    "consent moves:g x",
  );
  writeFileSync(join(root, "bin/node"), NOTE);
  symlinkSync(join(root, "tools/verbs/qvd-ha"), join(root, "bin/qvd-ha"));
  expect(told("qvd-ha", ["backup", "now"])).toBe("backup <now>\n");
  for (const args of [["rotate", "--help"], ["grow-volume", "-h"], ["help", "up"], []])
    expect(told("tools/verbs/qvd-ha", args)).toMatch(/^node .*<tools\/cli\/main.ts> <[^\n]*>\n$/);
});

test("what a verb does besides its program's part follows: a replaced node is made and awaited, an upgrade's version is kept", () => {
  for (const name of ["replace-node", "upgrade-postgres"])
    cpSync(join(ROOT, "tools/verbs", name), join(root, "tools/verbs", name));
  const note = (name: string, answers: string): void =>
    writeFileSync(join(root, "bin", name), `${NOTE}${answers}\n`, { mode: 0o755 });
  note("pulumi", 'case $* in *platform*) echo existing ;; *) echo "{}" ;; esac');
  note("node", 'case $* in *" on") echo /usr/lib/postgresql/17/bin/pg_ctl ;; esac');
  const steps = (text: string): string[] =>
    text.split("\n").filter((l) => /^(node .*main\.ts|up|pulumi <config> <set>)/.test(l));
  const main = /.*<tools\/cli\/main.ts> <--outputs> <[^>]*> /;
  const replaced = steps(told("tools/verbs/qvd-ha", ["replace-node", "b", "--disk", "serial 1", "--part=disk"]));
  expect(replaced.map((l) => l.replace(main, "program "))).toEqual([
    "program <replace-node> <b> <--platform> <existing> <--part> <disk> <--disk> <serial 1>",
    "up <>",
    "program <replace-node> <b> <--end>",
  ]);
  const upgraded = steps(told("tools/verbs/qvd-ha", ["upgrade-postgres", "17"]));
  expect(upgraded.map((l) => l.replace(main, "program "))).toEqual([
    "program <upgrade-postgres> <17>",
    "program <on>",
    "pulumi <config> <set> <--stack> <dev> <--path> <database.version> <17>",
    "up <>",
  ]);
  const seen = steps(told("tools/verbs/qvd-ha", ["replace-node", "b", "--preview"]));
  expect(seen).toHaveLength(1);
  expect(() => told("tools/verbs/replace-node", ["b", "--dsik", "x"])).toThrow(/--dsik is none of its options/);
});
