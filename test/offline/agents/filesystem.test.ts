/**
 * Proves that the distribution's file system agent and ours do the same with the same parameters, on a loop device of this machine: mount, monitor with a file
 * that is written past the cache, unmount although somebody holds it; of ours, also what it refuses, and that it is faster. Does not prove DRBD or XFS;
 * the drills do. Needs Debian's resource-agents: installed, or unpacked where OCF_ROOT says.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILESYSTEM_AGENT } from "../../../providers/agents/text/filesystem";
import { act as call, OCF_ROOT } from "./act";

jest.setTimeout(60_000);

const THEIRS = join(OCF_ROOT, "resource.d/heartbeat/Filesystem");
const OURS = "ocf:qvd-ha:filesystem";
const [OK, FAILED, NOT_INSTALLED, NOT_CONFIGURED, NOT_RUNNING] = [0, 1, 5, 6, 7];

/** Milliseconds of a start, a monitor and a stop together, the least of several, by agent. */
const took: Record<string, number> = {};

describe.each(["ocf:heartbeat:Filesystem", OURS])("%s", (name) => {
  const home = mkdtempSync(join(tmpdir(), "filesystem-agent-"));
  const [directory, image] = [join(home, "data"), join(home, "image")];
  const agent = name === OURS ? join(home, "agent") : THEIRS;
  let device = "";
  let said = "";

  beforeAll(() => {
    writeFileSync(join(home, "agent"), FILESYSTEM_AGENT, { mode: 0o755 });
    writeFileSync(image, "");
    truncateSync(image, 32 << 20);
    mkdirSync(directory);
    device = execFileSync("losetup", ["-f", "--show", image], { encoding: "utf8" }).trim();
    execFileSync("mkfs.ext4", ["-q", device]);
  });
  afterAll(() => {
    for (const at of [join(directory, "early"), directory]) spawnSync("umount", [at]);
    execFileSync("losetup", ["-d", device]);
    rmSync(home, { recursive: true });
  });

  /** With other parameters, or another level of the monitor. */
  const act = (action: string, more: Record<string, string> = {}, seconds = 20, level = "20"): number | null => {
    const params = { device, directory, fstype: "ext4", options: "noatime", ...more };
    const environment = { OCF_CHECK_LEVEL: level };
    const done = call({ agent, action, resource: "p_fs_postgres", params, seconds, state: home, environment });
    said = done.stderr;
    return done.status;
  };
  const mount = (): string[] | undefined =>
    readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((l) => l.split(" "))
      .find(([, at]) => at === directory);

  test("mounts with the options that are given, monitors, unmounts, and each of it again", () => {
    expect(act("validate-all")).toBe(OK);
    expect(act("monitor")).toBe(NOT_RUNNING);
    expect([act("start"), act("start")]).toEqual([OK, OK]);
    expect(mount()).toEqual(expect.arrayContaining([device, directory, "ext4"]) as string[]);
    expect(mount()?.[3]).toContain("noatime");
    expect(act("monitor")).toBe(OK);
    expect([act("stop"), act("stop")]).toEqual([OK, OK]);
    expect(mount()).toBeUndefined();
    expect(act("monitor")).toBe(NOT_RUNNING);
  });

  test("a file system that takes no writes fails the monitor of level 20, and no other", () => {
    expect(act("start")).toBe(OK);
    expect(act("monitor")).toBe(OK);
    execFileSync("mount", ["-o", "remount,ro", directory]);
    expect(act("monitor")).toBe(FAILED);
    expect(act("monitor", {}, 20, "0")).toBe(OK);
    expect(act("stop")).toBe(OK);
  });

  if (name === OURS)
    test("has the kernel's driver loaded where it stands by, and asks for none that is there", () => {
      const [stub, asked] = [join(home, "bin"), join(home, "asked")];
      mkdirSync(stub);
      writeFileSync(join(stub, "modprobe"), `#!/bin/sh\necho "$*" >>${asked}\n`, { mode: 0o755 });
      writeFileSync(agent, FILESYSTEM_AGENT.replace("PATH=", `PATH=${stub}:`));
      expect(act("monitor", { fstype: "tmpfs" })).toBe(NOT_RUNNING);
      expect(existsSync(asked)).toBe(false);
      expect(act("monitor", { fstype: "nosuchfs" })).toBe(NOT_RUNNING);
      expect(readFileSync(asked, "utf8")).toBe("-q -- nosuchfs\n");
      writeFileSync(agent, FILESYSTEM_AGENT);
    });

  test("ends who holds it and spares all others, those that do not listen as well", async () => {
    expect(act("start")).toBe(OK);
    const other = spawn("sleep", ["60"], { cwd: "/" });
    const holders = ["sleep 60; :", "trap '' TERM; while :; do sleep 1; done"].map((script) =>
      spawn("bash", ["-c", script], { cwd: directory }),
    );
    const ended = holders.map((h) => new Promise((resolve) => h.on("exit", resolve)));
    expect(act("stop")).toBe(OK);
    expect(mount()).toBeUndefined();
    await Promise.all(ended);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
  });

  test("takes what is mounted below along", () => {
    expect(act("start")).toBe(OK);
    const below = join(directory, "below");
    mkdirSync(below, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", below]);
    expect(act("stop")).toBe(OK);
    expect(mount()).toBeUndefined();
  });

  test("in so much time", () => {
    const timed = [1, 2, 3, 4, 5].map(() => {
      const begun = performance.now();
      expect([act("start"), act("monitor"), act("stop")]).toEqual([OK, OK, OK]);
      return performance.now() - begun;
    });
    took[name] = Math.min(...timed);
  });

  if (name !== OURS) return;

  test("says what is wrong, and mounts nothing", () => {
    expect(act("start", { directory: "data" })).toBe(NOT_CONFIGURED);
    expect(said).toContain('directory must be a path, not "data"');
    expect(act("start", { device: join(home, "none") }, 2)).toBe(NOT_INSTALLED);
    expect(said).toContain(`there is no block device ${join(home, "none")}`);
    expect(act("start", { fstype: "xfs" })).toBe(FAILED);
    expect(said).toMatch(/ocf-exit-reason:mount: .*\S/);
    expect(mount()).toBeUndefined();
  });

  test("what somebody has mounted below the empty mount point is not hidden", () => {
    const below = join(directory, "early");
    mkdirSync(below);
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", below]);
    expect(act("start")).toBe(NOT_CONFIGURED);
    execFileSync("umount", [below]);
    rmSync(below, { recursive: true });
    expect(act("start")).toBe(OK);
    expect(act("stop")).toBe(OK);
  });

  test("its description is XML with the parameters that it reads", () => {
    const r = spawnSync(agent, ["meta-data"], { encoding: "utf8" });
    const check = spawnSync("xmllint", ["--nonet", "--noout", "-"], { input: r.stdout, encoding: "utf8" });
    expect([check.status, check.stderr]).toEqual([0, ""]);
    expect([...r.stdout.matchAll(/<parameter name="(\w+)"/g)].map((m) => m[1])).toEqual([
      "device",
      "directory",
      "fstype",
      "options",
    ]);
    expect(act("promote")).toBe(3);
  });
});

test("both were there to be compared, and ours is faster", () => {
  expect(existsSync(THEIRS)).toBe(true);
  expect(took[OURS] as number).toBeLessThan(took["ocf:heartbeat:Filesystem"] as number);
});
