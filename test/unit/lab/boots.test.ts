import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// Proves which guests the lab resets: those that stand still and silent in their boot, and no others. Guests are processes of bash with a thread that is called as an emulated
// processor is; virsh is a stand-in that notes what it is asked. Does not prove that a reset brings a guest back that an emulator has left standing.

const WATCH = join(__dirname, "..", "..", "..", "lab/boots/watch");
const BOOTING =
  "[    0.000000] Linux version 6.1.0\n[    6.048885] virtio_blk virtio3: [vda] 8388608 512-byte logical blocks\n";

jest.setTimeout(60_000);

describe("the lab's watch over boots", () => {
  const state = mkdtempSync(join(tmpdir(), "boots-"));
  const children: ChildProcess[] = [];
  const told = join(state, "virsh.log");
  const console = (name: string): string => join(state, "console", `${name}.log`);
  let said = "";

  /** @param work what its processor does all the time */
  function guest(name: string, text: string, work = "read -rt 60 -u 8"): void {
    const script = `echo -n 'CPU 0/TCG' >/proc/$$/comm; exec 8<> <(:); while :; do ${work}; done`;
    const child = spawn("bash", ["-c", script], { stdio: "ignore" });
    children.push(child);
    writeFileSync(console(name), text);
    writeFileSync(join(state, "libvirt/run/libvirt/qemu", `${name}.pid`), String(child.pid));
  }

  beforeAll(async () => {
    for (const d of ["console", "libvirt/run/libvirt/qemu", "bin"]) mkdirSync(join(state, d), { recursive: true });
    const virsh = `#!/bin/bash\nif [ "$4" = domstate ]; then case $5 in paused) echo paused ;; *) echo running ;; esac; else echo "\${*:4}" >>${told}; fi\n`;
    writeFileSync(join(state, "bin/virsh"), virsh, { mode: 0o755 });
    guest("still", BOOTING);
    guest("busy", BOOTING, ":");
    guest("paused", BOOTING);
    guest("up", `${BOOTING}Debian GNU/Linux 12 up ttyS0\nup login: `);
    guest("again", `${BOOTING}again login: \n${BOOTING}`);
    guest("telling", BOOTING);
    writeFileSync(console("gone"), BOOTING);
    const watch = spawn(WATCH, [state], {
      env: {
        ...process.env,
        PATH: `${join(state, "bin")}:${process.env.PATH}`,
        QVD_HA_BOOT_PAUSE: "0.5",
        QVD_HA_BOOT_TICKS: "1",
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    watch.stdout.setEncoding("utf8").on("data", (d: string) => (said += d));
    children.push(watch);
    const reset = (): string => (existsSync(told) ? readFileSync(told, "utf8") : "");
    for (const end = Date.now() + 40_000; Date.now() < end; await sleep(500)) {
      appendFileSync(console("telling"), "[    7.0] and on\n");
      // Three times, and then a while longer, in which there is none.
      if (reset().split("reset still").length > 3) break;
    }
    for (let i = 0; i < 12; i++) {
      appendFileSync(console("telling"), "[    8.0] and on\n");
      await sleep(500);
    }
  });
  afterAll(() => {
    for (const c of children) c.kill("SIGKILL");
    rmSync(state, { recursive: true });
  });

  const resets = (name: string): number =>
    readFileSync(told, "utf8")
      .split("\n")
      .filter((l) => l === `reset ${name}`).length;

  it("resets one that stands still in its boot, three times at most", () => expect(resets("still")).toBe(3));

  it("resets one that boots once more and stands still", () => expect(resets("again")).toBeGreaterThan(0));

  it.each(["busy", "paused", "up", "telling", "gone"])("leaves alone: %s", (name) => expect(resets(name)).toBe(0));

  it("says so, with the guest's last words", () =>
    expect(said).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (still|again) stood still in its boot and was reset: .*virtio_blk virtio3/m,
    ));
});
