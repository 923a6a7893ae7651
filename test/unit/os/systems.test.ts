import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { os, OS_NAMES } from "../../../providers/os";
import { machineFact, parseMachine } from "../../../providers/node/read";
import { renderInstall } from "../../../providers/node/install";
import type { System } from "./machine";
import { describeSystem, everything } from "./machine";
import systems from "./systems.json";

// Proves of the systems that were never run what is rendered for them, command for command, from their tables and from what their makers publish: os-release, where chrony
// reads its settings, names of packages and units. Shell text is checked by the shell. It does not prove that such a machine takes any of it.

const all = systems as readonly System[];
const each = all.map((s) => [s.os, s] as const);
const golden = (name: string): string => readFileSync(join(__dirname, "golden", `${name}.txt`), "utf8");

/** The fact's own script, with the file of a test in place of the machine's. */
function askedWith(osRelease: string): string {
  const dir = mkdtempSync(join(tmpdir(), "os-release-"));
  try {
    writeFileSync(join(dir, "os-release"), osRelease);
    const script = machineFact.command.script.text.replace("/etc/os-release", join(dir, "os-release"));
    return execFileSync("bash", ["-c", script], { encoding: "utf8" });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test("they are all that were never run", () =>
  expect(all.map((s) => s.os).sort()).toEqual(OS_NAMES.filter((name) => !os(name).proven).sort()));

describe.each(each)("%s", (name, system) => {
  test("is known by its own /etc/os-release, and called as people call it", () => {
    expect(parseMachine(askedWith(system.osRelease))).toMatchObject({ os: name, title: system.pretty });
    expect(os(name).title).toBe(system.title);
  });

  test("gets these files and commands, and no other", () => expect(describeSystem(system)).toBe(golden(name)));

  test("gets commands that are a shell's", () => {
    const script = renderInstall(os(name).packages.manager, everything(name));
    expect(() => execFileSync("bash", ["-n"], { input: script, stdio: ["pipe", "pipe", "pipe"] })).not.toThrow();
  });

  test("reads our settings of chrony where its own configuration says", () => {
    const { config, confDir, sourceDir } = os(name).chrony;
    expect(config).toMatch(/chrony\.conf$/);
    const reads = (dir: string): boolean =>
      system.chrony
        .split("\n")
        .some((l) => [`include ${dir}/*.conf`, `confdir ${dir}`, `sourcedir ${dir}`].includes(l));
    for (const dir of [confDir, sourceDir]) if (dir !== undefined) expect([dir, reads(dir)]).toEqual([dir, true]);
    // Where there is no directory, the settings are a block of the file itself.
    if (confDir === undefined) expect(system.chrony).not.toMatch(/^(include|confdir) /m);
  });
});

test("the packaged file of chrony is not written over before it is there", () => {
  const [rhel] = all.filter((s) => s.os === "rhel9");
  const text = describeSystem(rhel as System);
  const [, fresh = "", later = ""] = text.split(/^== .*$/m).slice(1);
  expect(fresh).toContain("wait for the packages");
  expect(fresh).not.toContain("/etc/chrony.conf");
  expect(later).toContain("/etc/chrony.conf");
  expect(later).toContain("logdir /var/log/chrony");
});

test.each([
  ["sles15", "zypper --non-interactive install --no-recommends chrony drbd\n"],
  ["rhel9", "dnf -y install chrony drbd\n"],
  ["ubuntu2404", "install --no-install-recommends chrony drbd\n"],
] as const)("%s: packages come by its own manager, whose end is noted whatever it was", (name, line) => {
  const { manager } = os(name).packages;
  const text = renderInstall(manager, ["chrony", "drbd"]);
  expect(text.endsWith(line)).toBe(true);
  expect(text.indexOf("trap end EXIT")).toBeLessThan(text.indexOf(line));
  // Only Debian's packages start what they bring.
  expect(text.includes("exit 101")).toBe(manager === "apt");
});

test.each([
  ["rocky", "9.6", "rhel9"],
  ["almalinux", "9.5", "rhel9"],
  ["sles", "15.7", "sles15"],
  ["sles", "15", "sles15"],
  ["sles", "12.5", undefined],
  ["rhel", "8.10", undefined],
  ["ubuntu", "22.04", undefined],
  ["opensuse-leap", "15.6", undefined],
])("ID %s, VERSION_ID %s is %s", (id, version, name) =>
  expect(parseMachine(askedWith(`ID="${id}"\nVERSION_ID="${version}"\nPRETTY_NAME="x"\n`)).os).toBe(name),
);
