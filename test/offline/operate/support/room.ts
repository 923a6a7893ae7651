import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer, Command } from "@qvd-ha/providers/dist/remote";
import type { Hands } from "../../../../tools/operate/hands";
import type { NodeReport } from "../../../../tools/status/node";
import type { Status } from "../../../../tools/status/read";
import { report, view } from "../../../unit/status/recorded";

export const NODES = ["qvddb1", "qvddb2"] as const;

/** Tools of Pacemaker that want daemons, and not the configuration alone. */
const DAEMONS: Readonly<Record<string, string>> = {
  crm_resource: `case " $* " in *" --refresh "*) exit 0 ;; esac
exec /usr/sbin/crm_resource "$@"`,
  crmadmin: "exit 1",
};

/**
 * Two nodes that are a file: the cluster's configuration, on which Pacemaker's own tools and scheduler work. What the cluster makes of it is made up (a node in standby runs nothing, a
 * server that is told to stop has stopped), and programs of the nodes are stand-ins in `bin`. So it proves what a verb asks, in which order, and where a run that was killed goes on.
 */
export class Room {
  readonly root = mkdtempSync(join(tmpdir(), "qvd-ha-room-"));
  readonly cib = join(this.root, "cib.xml");
  readonly said: string[] = [];
  readonly done: string[] = [];
  dies = Infinity;
  private sent = 0;

  constructor(healthy: string, standins: Readonly<Record<string, string>>) {
    cpSync(healthy, this.cib);
    mkdirSync(join(this.root, "bin"));
    for (const [name, text] of Object.entries({ ...DAEMONS, ...standins }))
      writeFileSync(join(this.root, "bin", name), `#!/bin/bash\nR=${this.root}\n${text}\n`, { mode: 0o755 });
  }

  /** A new run. */
  again(dies = Infinity): void {
    this.dies = dies;
    this.sent = 0;
    this.done.length = 0;
    this.said.length = 0;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** What stand-ins have noted, line by line. */
  get log(): string[] {
    const file = this.path("log");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  /** A run that is killed before one of its commands, and is repeated; what the repetition comes to. */
  async killedAt<T>(command: number, run: () => Promise<T>): Promise<T> {
    this.again(command);
    await expect(run()).rejects.toThrow(/killed/);
    this.again();
    return run();
  }

  bash(script: string, env: Record<string, string> = {}): Answer {
    const r = spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", script], {
      encoding: "utf8",
      env: {
        PATH: `${join(this.root, "bin")}:/usr/sbin:/usr/bin:/sbin:/bin`,
        LC_ALL: "C",
        CIB_file: this.cib,
        ...env,
      },
    });
    return { code: r.status ?? 128, stdout: r.stdout, stderr: r.stderr };
  }

  must(script: string): string {
    const a = this.bash(script);
    if (a.code !== 0) throw new Error(a.stderr);
    return a.stdout.trim();
  }

  get configuration(): string {
    return readFileSync(this.cib, "utf8");
  }

  standby(node: string): boolean {
    const id = new RegExp(`<node id="([^"]+)" uname="${node}"`).exec(this.configuration)?.[1];
    return this.configuration.includes(`id="nodes-${id}-standby" name="standby" value="on"`);
  }

  get maintenance(): boolean {
    return this.configuration.includes('name="maintenance-mode" value="true"');
  }

  get toldToStop(): boolean {
    return /id="p_postgres-meta_attributes-target-role" name="target-role" value="Stopped"/.test(this.configuration);
  }

  offline(node: string): boolean {
    return existsSync(this.path(`${node}.offline`));
  }

  /** Paths of a node that stand for others here. */
  readonly paths: Record<string, string> = {};

  /** What a server that runs leaves; a case may do more. */
  onStatus: () => void = () => {};

  /** Where the service is: where it was moved to last, or had to go. */
  serves: string = NODES[0];

  status(): Status {
    this.serves =
      /<rsc_location [^>]*id="cli-prefer-[^>]*\bnode="([^"]+)"/.exec(this.configuration)?.[1] ?? this.serves;
    const away = (n: string): boolean => this.standby(n) || this.offline(n);
    const rest = NODES.filter((n) => !away(n));
    if (away(this.serves) && rest[0] !== undefined) this.serves = rest[0];
    this.onStatus();
    const v = view("healthy");
    const cluster = {
      ...v,
      maintenance: this.maintenance,
      nodes: v.nodes.map((n) => ({ ...n, standby: this.standby(n.name), online: !this.offline(n.name) })),
      resources: v.resources.flatMap((r) => {
        if (r.id === "p_postgres" && this.toldToStop) return [{ ...r, active: false, role: "Stopped", nodes: [] }];
        const nodes = r.nodes.map((n) => this.placed(r.id, n)).filter((n) => !away(n));
        return r.nodes.length > 0 && nodes.length === 0 ? [] : [{ ...r, nodes }];
      }),
    };
    const kept = this.toldToStop ? [{ id: "p_postgres", what: "meta", detail: "target-role=Stopped" }] : [];
    const constraints = [...this.configuration.matchAll(/<rsc_location [^>]*\bid="(cli-[^"]+)"/g)].map(
      (m) => m[1] as string,
    );
    const of = (node: string): NodeReport => {
      const { cluster: _, drbd, ...rest } = report({ kept, constraints });
      const alone = NODES.some((n) => away(n));
      const up =
        drbd && (alone ? { ...drbd, connection: "WFConnection", connected: false, peerDisk: "DUnknown" } : drbd);
      return {
        ...rest,
        ...(this.offline(node) ? {} : { cluster }),
        ...(away(node) || !up ? {} : { drbd: up }),
      };
    };
    return { taken: "", nodes: Object.fromEntries(NODES.map((n) => [n, of(n)])) };
  }

  /** The healthy cluster that was recorded has the service on the first node. */
  private placed(id: string, node: string): string {
    if (this.serves === NODES[0] || !/^p_(drbd|fs|ip)?_?postgres$/.test(id)) return node;
    return NODES.find((n) => n !== node) as string;
  }

  private strike(what: string): void {
    if (++this.sent > this.dies) throw new Error("killed");
    this.done.push(what);
  }

  hands(hypervisor = true): Hands {
    return {
      nodes: NODES,
      boundSeconds: 5,
      drbdResource: "postgres",
      hypervisor: (node) =>
        hypervisor
          ? {
              domain: node,
              script: async (text) => {
                this.strike("hypervisor");
                const a = this.bash(text, { domain: node, uri: "test:///default" });
                if (a.code !== 0) throw new Error(a.stderr);
                return a.stdout;
              },
            }
          : undefined,
      run: async (node, command: Command) => {
        // What waits until the cluster is idle asks daemons that are not there.
        if (command.script.text.includes("quiet=0 alone=0")) return { code: 0, stdout: "", stderr: "" };
        this.strike(`${node}: ${command.script.text.split("\n").at(0) ?? ""}`);
        const text = Object.entries(this.paths).reduce((t, [a, b]) => t.replaceAll(a, b), command.script.text);
        return this.bash(text, { N: node });
      },
      status: async () => this.status(),
      pause: async () => {},
    };
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
