import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ManagedFile } from "../../../providers/maintenance/jobs/files";
import { reveal } from "../../../providers/remote";

/** Places of a node that lie in the room instead. */
const PLACES = [
  "/etc/qvd-ha",
  "/etc/systemd/system",
  "/etc/corosync",
  "/etc/drbd",
  "/usr/local/lib/qvd-ha",
  "/var/lib/qvd-ha",
  "/var/spool/qvd-ha",
  "/run/qvd-ha",
  "/proc/drbd",
  "/run/sbd.pid",
  "/var/lib/pacemaker",
  "/root/.pgpass",
];

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A node's files below a directory of this machine: the scripts as they are rendered, with every path of theirs moved into it. Programs are real but for stand-ins. */
export class Room {
  readonly root = mkdtempSync(join(tmpdir(), "qvd-ha-maintenance-"));

  constructor() {
    chmodSync(this.root, 0o755);
    for (const d of ["bin", "etc", "run", "var/lib", "var/spool"]) mkdirSync(join(this.root, d), { recursive: true });
  }

  at = (path: string): string => join(this.root, path);
  moved = (text: string): string =>
    PLACES.reduce(
      (t, place) => t.replace(new RegExp(`(?<![\\w.])${place}(?![\\w])`, "g"), `${this.root}${place}`),
      text,
    );

  put(path: string, text: string, mode = 0o644): string {
    const full = this.at(path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text, { mode });
    chmodSync(full, mode);
    return full;
  }

  install(files: readonly ManagedFile[]): void {
    for (const f of files) this.put(f.path, this.moved(reveal(f.content)), parseInt(f.mode, 8));
  }

  /** In place of a program: bash source. */
  standin(name: string, text: string): void {
    this.put(`bin/${name}`, `#!/bin/bash\nR=${this.root}\n${text}\n`, 0o755);
  }

  private readonly children: ChildProcess[] = [];

  private readonly env = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
    PATH: `${this.at("bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
    LC_ALL: "C",
    HOME: "/root",
    ...more,
  });

  run(path: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, seconds = 60): Ended {
    const r = spawnSync(this.at(path), args, { encoding: "utf8", env: this.env(env), timeout: seconds * 1000 });
    return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
  }

  start(
    path: string,
    env: Readonly<Record<string, string>> = {},
  ): ChildProcess & { said: () => string; endAll: () => void } {
    const child = spawn(this.at(path), [], { env: this.env(env), stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.children.push(child);
    let text = "";
    const take = (d: Buffer): void => void (text += d.toString());
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return Object.assign(child, {
      said: () => text,
      endAll: () => Room.kill(child),
    });
  }

  /** With everything that it has started. */
  private static kill(child: ChildProcess): void {
    try {
      process.kill(-(child.pid as number), "SIGKILL");
    } catch {
      // It is gone.
    }
  }

  read = (path: string): string => readFileSync(this.at(path), "utf8");
  has = (path: string): boolean => existsSync(this.at(path));
  list = (path: string): string[] => (this.has(path) ? readdirSync(this.at(path)).sort() : []);

  /** Messages that wait for the watch, as severity and subject. */
  messages(): string[] {
    return this.list("var/spool/qvd-ha/in").map((f) => {
      const [severity, subject] = this.read(`var/spool/qvd-ha/in/${f}`).split("\n");
      return `${severity}: ${subject}`;
    });
  }

  listen(): void {
    mkdirSync(this.at("var/spool/qvd-ha/in"), { recursive: true });
  }

  end(): void {
    this.children.forEach((c) => Room.kill(c));
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** /proc/drbd of DRBD 8.4, as recorded from guests. */
export const proc = (state: { cs?: string; ro?: string; ds?: string; oos?: number } = {}): string =>
  `version: 8.4.11 (api:1/proto:86-101)
srcversion: 473968AD625BA317874A57E 
 0: cs:${state.cs ?? "Connected"} ro:${state.ro ?? "Primary/Secondary"} ds:${state.ds ?? "UpToDate/UpToDate"} C r-----
    ns:1280 nr:0 dw:1280 dr:2093 al:8 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:${state.oos ?? 0}
`;

/** Waits until something is so. */
export async function until(what: () => boolean, seconds: number, why: string): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!what()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${why}`);
    await new Promise((r) => setTimeout(r, 100));
  }
}

export const connections = {
  qvddb1: { host: "172.20.64.91", hostKey: "ssh-ed25519 AAAA1", privateKey: "key" },
  qvddb2: { host: "172.20.64.92", hostKey: "ssh-ed25519 AAAA2", privateKey: "key" },
};
