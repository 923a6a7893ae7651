import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/stack";

/** Of the lab's hypervisor, where the guests reach it. */
export const HYPERVISOR = "172.20.64.1";

/** A folder of its own for what stands before the lab's libvirt, and how that is asked. */
export class Place {
  readonly folder: string;
  constructor(
    name: string,
    readonly uri: string,
  ) {
    this.folder = join(ROOT, ".state/e2e/fencing", name);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  write(name: string, content: string | Buffer, mode = 0o600): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  readonly virsh = (command: string): string => `virsh -q -c '${this.uri}' ${command}`;
}
