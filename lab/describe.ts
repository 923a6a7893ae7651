import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OsName } from "@qvd-ha/providers/dist/os";

/** What `lab/lab describe` says of the lab of this checkout, whether it is up or not. */
export interface LabDescription {
  readonly instance: string;
  readonly up: boolean;
  readonly libvirtUri: string;
  readonly domainType: "qemu" | "kvm";
  readonly cpu: { readonly mode: string; readonly model?: string };
  readonly image: {
    /** As `os` of a stack's configuration. */
    readonly os: OsName;
    readonly hash: string;
    readonly base: string;
    readonly kernel: string;
    readonly initrd: string;
    readonly kernelArguments: string;
  };
  readonly pool: string;
  readonly consoleDirectory: string;
  readonly aries: {
    readonly address: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string | null;
    readonly privateKeyFile: string;
  };
  readonly ntpServer: string;
  readonly aptRepository: string;
  readonly router: string;
}

export const describeLab = (): LabDescription =>
  JSON.parse(execFileSync(join(__dirname, "lab"), ["describe"], { encoding: "utf8" })) as LabDescription;

/** What a stack that runs in the lab need not say itself; what it does say comes first. */
export function labDefaults(lab: LabDescription): Record<string, unknown> {
  const { aries, domainType, cpu, pool, consoleDirectory } = lab;
  const { os, base, kernel, initrd, kernelArguments } = lab.image;
  const own = dirname(aries.privateKeyFile);
  return {
    os,
    hypervisors: [
      {
        name: "aries",
        address: aries.address,
        port: aries.port,
        user: aries.user,
        hostKey: aries.hostKey ?? undefined,
        libvirtUri: lab.libvirtUri,
        authorizedKeysFile: join(own, "ssh", "authorized_keys"),
        fenceCommand: join(own, "qvd-ha-fence"),
      },
    ],
    machine: {
      domainType,
      cpu,
      memoryMiB: 1024,
      // Two, as any machine has today: a failover does several things at a time.
      vcpus: 2,
      pool,
      consoleDirectory,
      image: { base, build: "lab/lab image", kernel, initrd, kernelArguments },
      unsafeCache: true,
    },
    ping: { hosts: [lab.router] },
    time: { servers: [lab.ntpServer] },
    repository: { lines: [lab.aptRepository] },
  };
}

/** The key that logs in to the lab's hypervisor; undefined before the lab was up for the first time. */
export const labKey = (lab: LabDescription): string | undefined =>
  existsSync(lab.aries.privateKeyFile) ? readFileSync(lab.aries.privateKeyFile, "utf8") : undefined;
