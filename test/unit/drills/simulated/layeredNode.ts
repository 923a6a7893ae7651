import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DISK = "/dev/disk/by-id/virtio-data";

/** The words of DRBD 8.4, device-mapper and Pacemaker that the layer's scripts use. What a device is held by, and what it answers, is kept in files. */
const STANDINS = `S=$NODE
say() { echo "$*" >>"$S/log"; }
below() { cat "$S/below" 2>/dev/null; }
drbdadm() {
  case $* in
  "sh-ll-dev postgres") echo ${DISK} ;;
  "role postgres") echo "$(cat "$S/role")/Secondary" ;;
  "dstate postgres")
    if [ -e "$S/down" ]; then echo "no such resource" >&2; return 10; fi
    # The first write that fails has the disk detached.
    if [ "$(below)" = /dev/mapper/qvd_ha_drill ] && grep -q error "$S/table"; then rm "$S/below"; fi
    if [ -e "$S/below" ]; then cat "$S/state"; else echo Diskless/UpToDate; fi ;;
  "detach postgres") say detach; rm "$S/below" ;;
  "attach postgres") say attach ${DISK}; [ ! -e "$S/table" ] || { echo "${DISK} is in use" >&2; return 17; }; echo ${DISK} >"$S/below" ;;
  "-d attach postgres")
    echo "drbdmeta 0 v08 ${DISK} internal apply-al"
    echo "drbdsetup-84 attach 0 ${DISK} ${DISK} internal --c-max-rate=100M --on-io-error=detach" ;;
  *) say "drbdadm $*"; return 99 ;;
  esac
}
drbdmeta() { say "drbdmeta $*"; [ -e "$S/table" ]; }
drbdsetup-84() { say "drbdsetup $*"; if [ -e "$S/unattachable" ]; then return 1; fi; echo "$3" >"$S/below"; }
dmsetup() {
  case $1 in
  info) [ -e "$S/table" ] ;;
  create) say "create $4"; [ ! -e "$S/below" ] && [ ! -e "$S/table" ] && echo "$4" >"$S/table" ;;
  load) say "load $4"; echo "$4" >"$S/inactive" ;;
  resume) mv "$S/inactive" "$S/table" ;;
  remove) say remove; [ "$(below)" != /dev/mapper/qvd_ha_drill ] && rm "$S/table" ;;
  *) return 99 ;;
  esac
}
dd() {
  case $(cat "$S/\${DEAF-table}" 2>/dev/null) in *error*) return 1 ;; *"delay "*) /bin/sleep 0.5 ;; esac
}
crm_resource() {
  case $* in
  *--get-parameter*) cat "$S/maintenance" 2>/dev/null || true ;;
  *--set-parameter*) say "maintenance on"; echo true >"$S/maintenance" ;;
  *--delete-parameter*) say "maintenance off"; rm -f "$S/maintenance" ;;
  *--wait*) ;;
  *) return 99 ;;
  esac
}
blockdev() { echo 2048; }
sleep() { SECONDS=$((SECONDS + 100)); }
`;

/** A node with DRBD on its disk, as the scripts of the layer see one. It stands in for a kernel: what DRBD and device-mapper really do, only a drill can tell. */
export class LayeredNode {
  readonly directory = mkdtempSync(join(tmpdir(), "layer-"));

  constructor(role: "Primary" | "Secondary") {
    this.set("role", role);
    this.set("state", "UpToDate/UpToDate");
    this.set("below", DISK);
  }

  set(file: string, text = ""): void {
    writeFileSync(join(this.directory, file), `${text}\n`);
  }

  get(file: string): string | undefined {
    const path = join(this.directory, file);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
  }

  get log(): string[] {
    return (this.get("log") ?? "").split("\n").filter(Boolean);
  }

  /** What it did since the last time it was asked. */
  did(): string[] {
    const { log } = this;
    rmSync(join(this.directory, "log"), { force: true });
    return log;
  }

  /** Its memory is gone, and with it the layer; DRBD comes up on its own disk. */
  boot(): void {
    rmSync(join(this.directory, "table"), { force: true });
    this.set("below", DISK);
  }

  /** Pacemaker has stopped DRBD, which lets go of what it lay on. */
  goDown(): void {
    rmSync(join(this.directory, "below"));
    this.set("down");
  }

  run(script: string, environment: Record<string, string> = {}): { status: number | null; stderr: string } {
    const ours = script.replaceAll("/var/lib/qvd-ha", this.directory);
    const { status, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", `${STANDINS}\n${ours}`], {
      env: { ...process.env, LC_ALL: "C", NODE: this.directory, ...environment },
      encoding: "utf8",
    });
    return { status, stderr };
  }

  /** Where DRBD's data lies, what the layer does, and whether Pacemaker is kept out. */
  get rests(): Record<string, string | undefined> {
    return {
      below: this.get("below"),
      table: this.get("table"),
      maintenance: this.get("maintenance"),
      mark: this.get("drill-maintenance"),
    };
  }
}

export const OWN_DISK = { below: DISK, table: undefined, maintenance: undefined, mark: undefined };
export const ON_LAYER = { ...OWN_DISK, below: "/dev/mapper/qvd_ha_drill", table: `0 2048 linear ${DISK} 0` };
