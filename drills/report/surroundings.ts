import { execFile } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { raw, run, sh } from "@qvd-ha/providers/dist/remote";
import type { Sh } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../../tools/status/deployment";
import { connectionOf } from "../../tools/status/deployment";
import { CIB_FILE } from "../invariants/configuration";

/** On what a drill ran: times mean nothing without it. */
export interface Surroundings {
  /** Versions on the nodes, by program. */
  readonly versions: Readonly<Record<string, string>>;
  /** The machine that carries the guests, or that the drill was called on. */
  readonly machine: Readonly<Record<string, string>>;
}

/** The agents of the fence devices, as the cluster's configuration on the disk has them. */
export const fenceAgents = (cib = CIB_FILE): Sh =>
  sh`grep -o '<primitive [^>]*class="stonith"[^>]*>' ${cib} 2>/dev/null | sed -n 's/.* type="\([^"]*\)".*/\1/p' | sort -u | paste -sd,`;

/** One `name=value` a line. */
const VERSIONS = raw(`. /etc/os-release; echo "system=$PRETTY_NAME"
echo "kernel=$(uname -r)"
echo "Pacemaker=$(pacemakerd --version 2>/dev/null | sed -n 's/^Pacemaker //p')"
echo "Corosync=$(corosync -v 2>/dev/null | sed -n "s/.*version '\\([^']*\\)'.*/\\1/p")"
echo "DRBD=$(sed -n 's/^version: \\([^ ]*\\).*/\\1/p' /proc/drbd 2>/dev/null)"
p=$(pgrep -o -x 'postgres|postmaster') && echo "PostgreSQL=$("$(readlink -f "/proc/$p/exe")" --version | sed 's/^[^0-9]*//')"
echo "fence agents=$(${fenceAgents().text})"
echo "processors of a node=$(nproc), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "memory of a node=$(awk '/MemTotal/ { printf "%d MiB", $2 / 1024 }' /proc/meminfo)"`);

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split("\n").flatMap((l) => {
      const [, name, value] = /^([^=]+)=(.+)$/.exec(l.trim()) ?? [];
      return name && value ? [[name, value]] : [];
    }),
  );

async function program(): Promise<Record<string, string>> {
  const done = await promisify(execFile)("git", ["describe", "--always", "--dirty"]).catch(() => undefined);
  const revision = done?.stdout.trim();
  return revision ? { "qvd-ha": revision } : {};
}

/** Whether the lab's guests are emulated in software or run on the processor. */
async function guests(d: Deployment): Promise<Record<string, string>> {
  if (!d.lab) return {};
  const [node = ""] = d.nodes;
  const done = await promisify(execFile)("virsh", ["-q", "-c", d.lab.libvirtUri, "dumpxml", node]).catch(
    () => undefined,
  );
  const type = /<domain type='(\w+)'/.exec(done?.stdout ?? "")?.[1];
  return type ? { guests: type === "qemu" ? "emulated in software (TCG)" : type } : {};
}

/** Never throws: what cannot be found out is left out. */
export async function surroundings(d: Deployment, verify: boolean): Promise<Surroundings> {
  const answers = await Promise.all(
    d.nodes.map((n) => run(connectionOf(d, n), [{ script: VERSIONS, timeoutSeconds: 30 }]).catch(() => [])),
  );
  const [cpu] = cpus();
  const nodes = answers.map(([a]) => pairs(a?.stdout ?? ""));
  return {
    // The node that serves knows the server's version; what both know is the same.
    versions: { ...nodes[0], ...nodes[1], ...(await program()) },
    machine: {
      ...(d.profile === undefined ? {} : { profile: d.profile }),
      "data read afterwards": verify ? "yes" : "no (--no-verify)",
      processors: `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      kind: d.lab ? "embedded lab" : "real cluster",
      ...(await guests(d)),
    },
  };
}
