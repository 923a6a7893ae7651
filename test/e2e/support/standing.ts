import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Outputs } from "./stack";
import { must, onNodes, outputs, sh, standing, untilHealthy } from "./stack";

/** The stack `dev` that deployment.test.ts has brought up, and its two nodes. */
export class Standing {
  private constructor(readonly outputs: Outputs) {}

  /** @throws Error where it is not up */
  static async find(): Promise<Standing> {
    standing();
    return new Standing(await outputs());
  }

  get nodes(): readonly string[] {
    return this.outputs.nodes;
  }

  get connections(): Record<string, Connection> {
    return this.outputs.connections;
  }

  readonly only = (node: string): Record<string, Connection> => ({ [node]: this.connections[node] as Connection });

  readonly other = (node: string): string => this.nodes.find((n) => n !== node) as string;

  /** What every node says. @throws Error where a script fails */
  async all(script: string): Promise<Record<string, string>> {
    const answers = await onNodes(this.connections, script);
    for (const [node, a] of Object.entries(answers))
      if (a.code !== 0) throw new Error(`${node}: ${script}: ended with ${a.code}: ${a.stderr}`);
    return Object.fromEntries(Object.entries(answers).map(([n, a]) => [n, a.stdout.trim()]));
  }

  /** What one node says. @throws Error where the script fails */
  async one(node: string, script: string): Promise<string> {
    const a = (await onNodes(this.only(node), script))[node];
    if (a?.code !== 0) throw new Error(`${node}: ${script}: ended with ${a?.code}: ${a?.stderr}`);
    return a.stdout.trim();
  }

  /** The node that has the data in use. */
  async active(): Promise<string> {
    const roles = await onNodes(this.connections, "drbdadm role postgres");
    const found = this.nodes.find((n) => roles[n]?.stdout.startsWith("Primary"));
    if (found === undefined) throw new Error("no node has the data in use");
    return found;
  }

  /** Until status finds nothing that speaks against it. */
  async healthy(minutes: number): Promise<void> {
    await untilHealthy(() => sh("tools/verbs/status"), minutes);
  }

  /** The last line of what the database says by its address. */
  async sql(text: string): Promise<string> {
    const said = await must(`. ./env.sh && tools/verbs/psql -Atqc "${text}"`);
    return said.trim().split("\n").at(-1) ?? "";
  }
}
