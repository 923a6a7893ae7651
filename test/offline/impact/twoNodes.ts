import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TEXTS } from "../../../providers/agents/render";
import type { Facts, Seen } from "../../../providers/fact";
import { pacemaker } from "../../../providers/pacemaker";
import type { PacemakerSpec } from "../../../providers/pacemaker";
import { IDLE } from "../../../providers/pacemaker/controller";
import type { PacemakerSeen } from "../../../providers/pacemaker/read";
import type { Answer, Command } from "../../../providers/remote";
import { raw } from "../../../providers/remote";

const NODES = join(__dirname, "nodes");
export const NAMES = ["qvddb1", "qvddb2"] as const;
/** Where the resource agents of this machine are, as far as Pacemaker knows. */
const AGENTS = "/usr/lib/ocf/resource.d/";
/** In place of our own fence agent, which is on no machine but a node. */
export const FENCE_AGENT = { "fencing.agent": "fence_virsh" };
const LOG = "/var/log/pacemaker/pacemaker.log";

const QUIET_FOR = `${IDLE.text}
quiet=0
for ((i = 0; i < 1500; i++)); do
  if idle; then quiet=$((quiet + 1)); else quiet=0; fi
  if ((quiet > QUIET * 4)); then exit 0; fi
  sleep 0.2
done
crm_mon -1 >&2
exit 1`;

/** The real Corosync and Pacemaker twice on this machine, with stand-ins for agents that need a disk, a network or a server. */
export class TwoNodes {
  private constructor(private readonly dir: string) {}

  static up(): TwoNodes {
    const dir = mkdtempSync(join(tmpdir(), "qvd-ha-two-"));
    for (const { path, text } of Object.values(TEXTS)) {
      if (!path.startsWith(AGENTS)) continue;
      const place = join(dir, "ours", path.slice(AGENTS.length));
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text, { mode: 0o755 });
    }
    const r = spawnSync(NODES, ["up", dir], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    if (r.status !== 0)
      throw new Error(`the nodes do not come up (packages corosync, pacemaker, fence-agents): ${r.stderr}`);
    return new TwoNodes(dir);
  }

  down(): void {
    spawnSync(NODES, ["down", this.dir]);
  }

  run(node: string, { script, stdin }: Command): Answer {
    const input = typeof stdin === "string" ? stdin : "";
    const r = spawnSync(NODES, ["exec", this.dir, node, script.text], { encoding: "utf8", input, timeout: 420_000 });
    return { code: r.status ?? 124, stdout: r.stdout, stderr: r.stderr };
  }

  must(node: string, script: string): string {
    const { code, stdout, stderr } = this.run(node, { script: raw(script) });
    if (code !== 0) throw new Error(`${node}: ${script} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Facts as the driver gathers them. */
  seen(spec: PacemakerSpec): PacemakerSeen {
    const of = (node: string): Seen<Facts> =>
      Object.fromEntries(
        Object.entries(pacemaker.facts(spec, node) as Facts).map(([n, f]) => [n, f.parse(this.run(node, f.command))]),
      );
    return Object.fromEntries(NAMES.map((n) => [n, of(n)])) as unknown as PacemakerSeen;
  }

  settled(quietSeconds = 1): void {
    this.must(NAMES[0], QUIET_FOR.replace("QUIET", String(quietSeconds)));
  }

  mark(): number[] {
    return NAMES.map((n) => Number(this.must(n, `stat -c %s ${LOG}`)));
  }

  since(mark: readonly number[]): string {
    return NAMES.map((n, i) => this.must(n, `tail -c +${(mark[i] ?? 0) + 1} ${LOG}`)).join("");
  }
}
