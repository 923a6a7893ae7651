import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Command } from "@qvd-ha/providers/dist/remote";
import type { Hands } from "../../../tools/operate/hands";
import { due, duePostgres, hasServer, rebootRequired, update, updatePostgres } from "../../../tools/operate/packages";
import { Work } from "../../../tools/operate/work";

// Proves with the real dnf, zypper and rpm, on small repositories of ours and roots of their own, what the verbs that update find, put in and leave alone. Not: the distributions' own
// packages and their scripts. apt is played by what it printed (test/unit/operate), and real on the guests.
// Needs: dnf, zypper, rpm, createrepo-c.

jest.setTimeout(300_000);

const place = mkdtempSync(join(tmpdir(), "qvd-ha-rpm-"));
const at = (name: string): string => join(place, name);

function bash(script: string, bin?: string): Answer {
  const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
    encoding: "utf8",
    timeout: 120_000,
    env: { PATH: `${bin === undefined ? "" : `${bin}:`}/usr/sbin:/usr/bin:/sbin:/bin`, HOME: place },
  });
  return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
}

function must(script: string): string {
  const a = bash(script);
  if (a.code !== 0) throw new Error(`${script}\n${a.stdout}${a.stderr}`);
  return a.stdout.trim();
}

/** A package without files in a repository. */
function pack(repository: string, name: string, version: string, more = ""): void {
  const head = `Name: ${name}\nVersion: ${version}\nRelease: 1\nSummary: none\nLicense: none\nBuildArch: noarch\n${more}`;
  writeFileSync(at(`${name}.spec`), `${head}\n%description\nnone\n%files\n`);
  must(
    `rpmbuild --quiet --define "_topdir ${at("build")}" --define "_rpmdir ${at(repository)}" -bb ${at(`${name}.spec`)}`,
  );
}

/** Longer than a column of dnf's table. */
const LONG = "a-library-whose-name-is-wider-than-any-column-of-a-table-could-be";

const ROOTS = {
  dnf: (root: string): string =>
    `/usr/bin/dnf --installroot=${root} --releasever=9 --setopt=reposdir=${at("repositories")} --setopt=cachedir=${root}/cache --nogpgcheck`,
  zypper: (root: string): string => `/usr/bin/zypper --root ${root} --no-gpg-checks`,
};
type Program = keyof typeof ROOTS;

/** A root with everything in its old version, and programs that look at it. */
function root(program: Program): { work: Work; installed: () => string[]; looked: () => number } {
  const dir = at(program);
  const bin = at(`bin-${program}`);
  for (const d of [dir, bin, at("repositories")]) mkdirSync(d, { recursive: true });
  const command = ROOTS[program](dir);
  const repository = (name: string): string =>
    program === "dnf"
      ? must(`printf '[r]\\nname=r\\nbaseurl=file://${at(name)}\\n' >${at("repositories/r.repo")}`)
      : must(`${command} --non-interactive addrepo --refresh file://${at(name)} ${name} >/dev/null 2>&1`);
  repository("old");
  const all = `postgresql-server libpq plain ${LONG} broken`;
  must(
    program === "dnf"
      ? `${command} -q -y install ${all}`
      : `${command} --non-interactive install --no-recommends ${all}`,
  );
  repository("new");
  // As on a machine that has this one alone; the plugin of dnf and the kernel's packages are not here.
  const asks = program === "dnf" ? "needs-restarting" : "needs-rebooting";
  const stands = `case " $* " in *" ${asks} "*) cat ${dir}.boot 2>/dev/null; exit $(cat ${dir}.boot.rc) ;; esac`;
  writeFileSync(join(bin, program), `#!/bin/bash\n${stands}\nexec ${command} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(bin, "rpm"), `#!/bin/bash\nexec /usr/bin/rpm --root ${dir} "$@"\n`, { mode: 0o755 });
  let looked = 0;
  const hands = {
    nodes: ["n"],
    run: async (_node: string, { script }: Command): Promise<Answer> => {
      const looks = script.text.startsWith("for p in ");
      if (looks) looked++;
      return bash(looks ? `command() { [ "$2" = ${program} ]; }\n${script.text}` : script.text, bin);
    },
  } as unknown as Hands;
  const installed = (): string[] => must(`/usr/bin/rpm --root ${dir} -qa | sort`).split("\n");
  return { work: new Work(hands, { verb: "update", say: () => {} }), installed, looked: () => looked };
}

beforeAll(() => {
  for (const [name, version] of [
    ["postgresql-server", "13.10"],
    ["libpq", "13.10"],
    ["plain", "1"],
    [LONG, "1"],
    ["broken", "1"],
  ] as const)
    pack("old", name, version);
  pack("new", "postgresql-server", "13.11");
  pack("new", "libpq", "13.11");
  pack("new", "plain", "2", "Requires: fresh");
  pack("new", "fresh", "1");
  pack("new", LONG, "2");
  pack("new", "broken", "2", "Requires: nowhere");
  must(`createrepo_c -q ${at("old")}; createrepo_c -q ${at("new")}`);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.each(["dnf", "zypper"] as const)("%s", (program) => {
  let r: ReturnType<typeof root>;
  const line = (name: string, from: string, to: string): string =>
    program === "dnf" ? `${name} ${to}` : `${name} ${from} -> ${to}`;

  beforeAll(() => void (r = root(program)));

  test("finds what can be put in, and not what lacks something", async () => {
    expect((await due(r.work, "n")).sort()).toEqual(
      [
        line(LONG, "1-1", "2-1"),
        "fresh 1-1",
        line("libpq", "13.10-1", "13.11-1"),
        line("plain", "1-1", "2-1"),
        line("postgresql-server", "13.10-1", "13.11-1"),
      ].sort(),
    );
  });

  test("puts PostgreSQL in alone", async () => {
    const found = await duePostgres(r.work, "n");
    expect(found.sort()).toEqual([
      line("libpq", "13.10-1", "13.11-1"),
      line("postgresql-server", "13.10-1", "13.11-1"),
    ]);
    expect(hasServer(found)).toBe(true);
    expect(hasServer(found.filter((p) => p.startsWith("libpq")))).toBe(false);
    await updatePostgres(r.work, "n");
    expect(r.installed()).toEqual(
      [
        `${LONG}-1-1.noarch`,
        "broken-1-1.noarch",
        "libpq-13.11-1.noarch",
        "plain-1-1.noarch",
        "postgresql-server-13.11-1.noarch",
      ].sort(),
    );
    expect(await duePostgres(r.work, "n")).toEqual([]);
  });

  test("puts the rest in, with what is new, takes nothing away, and then has nothing to do", async () => {
    await update(r.work, "n");
    expect(r.installed()).toEqual(
      [
        `${LONG}-2-1.noarch`,
        "broken-1-1.noarch",
        "fresh-1-1.noarch",
        "libpq-13.11-1.noarch",
        "plain-2-1.noarch",
        "postgresql-server-13.11-1.noarch",
      ].sort(),
    );
    expect(await due(r.work, "n")).toEqual([]);
  });

  test("a repository that is away is an error, never an empty list", async () => {
    must(`mv ${at("new")} ${at("away")}`);
    try {
      await expect(due(r.work, "n")).rejects.toThrow(/./);
    } finally {
      must(`mv ${at("away")} ${at("new")}`);
    }
  });

  test("says that a boot is due, and not where it cannot be asked", async () => {
    const boot = (said: string, rc: number): void => {
      writeFileSync(`${at(program)}.boot`, said);
      writeFileSync(`${at(program)}.boot.rc`, String(rc));
    };
    const [yes, no] = program === "dnf" ? [1, 0] : [102, 0];
    boot("Reboot is required to fully utilize these updates.\n", yes);
    expect(await rebootRequired(r.work, "n")).toBe(true);
    boot("No core libraries or services have been updated.\nReboot should not be necessary.\n", no);
    expect(await rebootRequired(r.work, "n")).toBe(false);
    boot("No such command\n", 1);
    expect(await rebootRequired(r.work, "n")).toBe(false);
  });

  test("was looked for once, for all of this", () => expect(r.looked()).toBe(1));
});

test("a node without any of them is an error that names them", async () => {
  const hands = {
    run: async (_: string, { script }: Command) => bash(`command() { false; }\n${script.text}`),
  } as unknown as Hands;
  await expect(due(new Work(hands, { verb: "update", say: () => {} }), "n")).rejects.toThrow(
    /none of apt-get, zypper, dnf/,
  );
});
