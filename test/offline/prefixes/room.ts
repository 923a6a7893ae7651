import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Command } from "../../../providers/remote";
import { pack } from "../../../providers/remote/batch";

const copy = (from: string, to: string): void => {
  const r = spawnSync("cp", ["-a", from, to], { encoding: "utf8" });
  if (r.status !== 0) throw new Error(r.stderr);
};

/** What a node may write to, each over the machine's own. */
const DIRECTORIES = ["/etc", "/root", "/run", "/usr/sbin", "/var/lib"];

/**
 * A node on this machine: commands run as root in a mount name space where what they write lands in a directory of the test. Programs of the machine are real, but for those
 * in `programs`, which stand before all others, and find the node's name in $NODE and a directory that all rooms of a test share in $SHARED. Needs root and overlayfs.
 */
export class Room {
  private readonly dir = mkdtempSync(join(tmpdir(), "room-"));
  /** The process that holds the name space. */
  private holder?: number;

  constructor(
    readonly name: string,
    private readonly shared: string,
    private readonly programs: string,
  ) {
    this.reset();
  }

  /** As it was in the beginning, or as it was when it was kept. */
  reset(kept?: string): void {
    this.leave();
    for (const d of ["upper", "work"]) rmSync(join(this.dir, d), { recursive: true, force: true });
    if (kept !== undefined) copy(join(kept, this.name), join(this.dir, "upper"));
    for (const d of DIRECTORIES)
      for (const kind of ["upper", "work"]) mkdirSync(join(this.dir, kind, d), { recursive: true });
  }

  keep(where: string): void {
    copy(join(this.dir, "upper"), join(where, this.name));
  }

  end(): void {
    this.leave();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private enter(): number {
    if (this.holder !== undefined) return this.holder;
    const mounts = DIRECTORIES.map(
      (d) =>
        `mount -t overlay overlay -o lowerdir=${d},upperdir=${this.dir}/upper${d},workdir=${this.dir}/work${d} ${d}`,
    );
    mounts.push(`mount --bind ${this.programs} /usr/local/sbin`, `hostname ${this.name}`);
    const file = join(this.dir, "holder");
    rmSync(file, { force: true });
    const hold = [...mounts, `echo $$ >${file}.new; mv ${file}.new ${file}; exec /bin/sleep 3600`].join(" && ");
    const wait = `for i in {1..200}; do [ ! -s ${file} ] || exit 0; /bin/sleep 0.02; done; cat ${file}.err >&2; exit 1`;
    const script = `unshare -m -u bash -c '${hold}' </dev/null >/dev/null 2>${file}.err & ${wait}`;
    const r = spawnSync("bash", ["-c", script], { encoding: "utf8" });
    if (r.status !== 0) throw new Error(`no room for ${this.name}: ${r.stderr}`);
    return (this.holder = Number(readFileSync(file, "utf8")));
  }

  private leave(): void {
    if (this.holder !== undefined) process.kill(this.holder, "SIGKILL");
    this.holder = undefined;
  }

  /** Several commands in one batch, as the driver sends them. */
  runAll(commands: readonly Command[], stopOnFailure = false): Answer[] {
    const batch = pack(commands, { stopOnFailure });
    const input = join(this.dir, "stdin");
    writeFileSync(input, batch.stdin, { mode: 0o600 });
    const stdin = openSync(input, "r");
    const r = spawnSync("nsenter", ["-t", String(this.enter()), "-m", "-u", "bash", "-c", batch.exec], {
      encoding: "utf8",
      stdio: [stdin, "pipe", "pipe"],
      env: { HOME: "/root", NODE: this.name, SHARED: this.shared, CIB_file: join(this.shared, "cib.xml") },
    });
    closeSync(stdin);
    const answers = batch.parse(r.stdout, r.stderr);
    if (answers.length === 0) throw new Error(`${this.name}: nothing ran: ${r.stderr}`);
    return answers;
  }

  run(command: Command): Answer {
    return this.runAll([command])[0] as Answer;
  }

  /** Every file that was written, with its mode and a sum of its content. What is beside a file while it is replaced has a name that is never the same. */
  written(): Record<string, string> {
    const all: Record<string, string> = {};
    const walk = (path: string): void => {
      const real = join(this.dir, "upper", path);
      const s = lstatSync(real);
      if (s.isDirectory()) for (const f of readdirSync(real).sort()) walk(join(path, f));
      else if (s.isFile())
        all[path] =
          `${(s.mode & 0o777).toString(8)} ${createHash("sha256").update(readFileSync(real)).digest("hex").slice(0, 16)}`;
      // A character device stands for a file of the machine's that was taken away.
      else all[path] = s.isCharacterDevice() ? "gone" : "other";
    };
    walk("/");
    return all;
  }

  /** Files that hold a text. */
  holding(text: string): string[] {
    return Object.keys(this.written()).filter((f) => {
      const real = join(this.dir, "upper", f);
      return existsSync(real) && lstatSync(real).isFile() && readFileSync(real, "utf8").includes(text);
    });
  }
}
