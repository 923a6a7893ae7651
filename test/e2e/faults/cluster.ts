import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { Answer } from "@qvd-ha/providers/dist/remote";
import type { Outputs, Result } from "../support/stack";
import { inLab, must, onNodes, outputs, ROOT, sh } from "../support/stack";

/** What must not change on a node that nobody disturbs. */
export interface Standing {
  /** Process and start of the postmaster; empty where none runs. */
  readonly postmaster: string;
  readonly role: string;
  readonly corosync: string;
  readonly pacemaker: string;
  /** Breaks of DRBD's connection since the node's boot. */
  readonly breaks: string;
  readonly boot: string;
}

const STANDING = `echo "postmaster=$(sed -n '1p;3p' /var/lib/pgsql/data/postmaster.pid 2>/dev/null | tr '\\n' ' ')"
echo "role=$(drbdadm role postgres 2>/dev/null | cut -d/ -f1)"
echo "corosync=$(systemctl show -p MainPID --value corosync)"
echo "pacemaker=$(systemctl show -p MainPID --value pacemaker)"
echo "breaks=$(journalctl -k -q -b --no-pager | grep -cE 'postgres: conn\\( .*-> (TearDown|Disconnecting|BrokenPipe|NetworkFailure|Timeout|ProtocolError)' || true)"
echo "boot=$(cat /proc/sys/kernel/random/boot_id)"`;

/** A change of the stack's configuration: text of the whole file in, text of the whole file out. */
export type Edit = (text: string) => string;

/** The running stack, and the ways to do something to it. */
export class Cluster {
  private constructor(readonly outputs: Outputs) {}

  static async find(): Promise<Cluster> {
    return new Cluster(await outputs());
  }

  get nodes(): string[] {
    return this.outputs.nodes;
  }

  /** A script as root on one node. */
  async on(node: string, script: string): Promise<Answer> {
    const connection = this.outputs.connections[node];
    if (!connection) throw new Error(`${node} is no node of the stack`);
    return (await onNodes({ [node]: connection }, script))[node] as Answer;
  }

  /** A script as root on every node at once, which must succeed; what it printed. */
  async everywhere(script: string): Promise<Record<string, string>> {
    const answers = await onNodes(this.outputs.connections, script);
    for (const [node, a] of Object.entries(answers))
      if (a.code !== 0) throw new Error(`${node}: exit status ${a.code}: ${a.stderr}`);
    return Object.fromEntries(Object.entries(answers).map(([node, a]) => [node, a.stdout]));
  }

  async standing(): Promise<Record<string, Standing>> {
    const said = await this.everywhere(STANDING);
    return Object.fromEntries(
      Object.entries(said).map(([node, text]) => [
        node,
        Object.fromEntries(
          text
            .trim()
            .split("\n")
            .map((l) => [l.slice(0, l.indexOf("=")), l.slice(l.indexOf("=") + 1).trim()]),
        ) as unknown as Standing,
      ]),
    );
  }

  /** The node that serves, and the other one. */
  async roles(): Promise<{ active: string; passive: string }> {
    const now = await this.standing();
    const primaries = this.nodes.filter((n) => now[n]?.role === "Primary");
    const [active] = primaries;
    if (primaries.length !== 1 || !active) throw new Error(`${primaries.length} nodes are promoted`);
    return { active, passive: this.nodes.find((n) => n !== active) as string };
  }

  virsh(...args: string[]): Promise<string> {
    const uri = `$(lab/lab describe | node -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0)).libvirtUri)')`;
    return must(inLab(`virsh -q -c "${uri}" ${args.join(" ")}`));
  }

  /** Until `make status` finds nothing that speaks against it. */
  async healthy(seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const { code, output } = await sh("tools/verbs/status");
      if (code === 0) return;
      if (Date.now() > deadline) throw new Error(`not healthy within ${seconds} s:\n${output.slice(-3000)}`);
      await new Promise((r) => setTimeout(r, 5_000));
    }
  }
}

/** The stack's configuration with some lines changed, in a file of its own: the stack's own file stays as it is. */
export function configFile(...edits: Edit[]): string {
  const path = join(ROOT, ".state", "test", "Pulumi.faults.yaml");
  const text = readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8");
  writeFileSync(
    path,
    edits.reduce((t, e) => e(t), text),
    { mode: 0o600 },
  );
  return path;
}

/** Adds keys to the configuration; each is a line below `config:`. @throws Error where the key is there already */
export const add =
  (...lines: string[]): Edit =>
  (text) => {
    for (const l of lines) {
      const key = `${l.split(":").slice(0, 2).join(":")}:`;
      if (text.includes(key)) throw new Error(`${key} is in the configuration already: change it instead`);
    }
    return text.replace("config:\n", `config:\n${lines.map((l) => `  ${l}\n`).join("")}`);
  };

/** Replaces what must be there. */
export const change =
  (from: string, to: string): Edit =>
  (text) => {
    if (!text.includes(from)) throw new Error(`the configuration has no "${from}"`);
    return text.replace(from, to);
  };

/** Another token, which Corosync takes up while it runs. */
export const TOKEN = change("corosync: {token: 5000", "corosync: {token: 4500");

export const UP = "pulumi up --stack dev --yes --skip-preview --non-interactive";
export const upWith = (file: string): string => `${UP} --config-file ${file}`;

/** What an `up` says of the steps that it runs. */
const STEP = /\b(\w+ \S+): ([\w-]+): (.+)$/;

/** Steps that a run told, as "kind id: node: reason". */
export function stepsIn(output: string, nodes: readonly string[]): string[] {
  return output.split("\n").flatMap((line) => {
    if (!/^ +[@~+-]* *pulumi:pulumi:Stack /.test(line)) return [];
    const m = STEP.exec(line);
    return m && nodes.includes(m[2] as string) && !/ error: /.test(line) ? [m[0]] : [];
  });
}

/** A run of pulumi with that configuration, to its end. */
export const pulumiUp = (file: string): Promise<Result> => sh(inLab(upWith(file)));
