import { join } from "node:path";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { install } from "./packages";
import { existingSettings, GivenStack, stackText } from "./given";
import type { Guests } from "./guests";
import { guestsIn, stateDirectory } from "./guests";
import { inLab, must, onNodes, sh } from "./stack";

const MINUTE = 60_000;
type Settings = Awaited<ReturnType<typeof existingSettings>>;

/** A pair that the program did not make, and a third machine that has a vote. */
export class Trio {
  readonly stack: GivenStack;
  nodes: Record<string, Connection> = {};
  private guests?: Guests;

  constructor(name: string) {
    this.stack = new GivenStack(name);
  }

  get arbiter(): Connection {
    return this.guests?.connections.arbiter as Connection;
  }

  /**
   * Machines, and a stack for them that nobody has deployed.
   * @param packages what the pair needs beside the vote's
   * @param settings what the stack says; gets the development stack's settings as they are for these machines, and what the vote needs
   * @param secrets further ones, by the file that has each; names are those of the lab
   */
  async make(
    packages: readonly string[],
    settings: (s: Settings, vote: { connection: object }) => Record<string, unknown>,
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await must(
      ". ./env.sh && tools/toolchain/bootstrap && lab/lab up && lab/baseline/guests down && lab/baseline/guests up && lab/baseline/guests arbiter",
    );
    const directory = join(await stateDirectory(), "baseline");
    this.guests = guestsIn(directory, ["qvddb1", "qvddb2", "arbiter"]);
    const { arbiter, ...pair } = this.guests.connections as Record<string, Connection> & { arbiter: Connection };
    this.nodes = pair;
    await install({ arbiter }, ["corosync-qnetd", "libnss3-tools"]);
    await install(pair, ["corosync-qdevice", "libnss3-tools", ...packages]);
    const dev = await existingSettings(pair);
    const { privateKey: _key, ...connection } = arbiter;
    const own = {
      ...dev,
      // Pacemaker waits for the vote as well, and the sum has its bound.
      timers: { ...(dev.timers as object), fileSystem: { start: 30 } },
    };
    const key = join(directory, "id_ed25519");
    const more = Object.entries(secrets).map(([name, file]) => [name, join(directory, file)]);
    await this.stack.create(stackText(settings(own, { connection })), {
      sshPrivateKey: key,
      arbiterPrivateKey: key,
      ...(Object.fromEntries(more) as Record<string, string>),
    });
  }

  /** What the doctor tells to type, in its order, where `what` is what it finds. @throws where it does not find that */
  async advice(what: string, lines: RegExp): Promise<string[]> {
    const { output } = await this.stack.verb("qvd-ha doctor");
    if (!output.includes(what)) throw new Error(`the doctor does not say "${what}":\n${output}`);
    return [...output.matchAll(/^ *\$ (make .*)$/gm)].map((m) => m[1] as string).filter((line) => lines.test(line));
  }

  async end(): Promise<void> {
    await this.stack.forget();
    await sh(". ./env.sh && lab/lab down");
  }

  /** What both say, in their order. @throws where a node does not answer or the script fails there */
  async all(script: string): Promise<string[]> {
    const answers = await onNodes(this.nodes, script);
    return Object.keys(this.nodes).map((n) => {
      const a = answers[n];
      if (a?.code !== 0) throw new Error(`${n}: ${a?.stderr}`);
      return a.stdout.trim();
    });
  }

  /** Until both say that. */
  async until(script: string, wanted: readonly string[], minutes: number): Promise<void> {
    let said: string[] = [];
    for (const end = Date.now() + minutes * MINUTE; Date.now() < end; await new Promise((r) => setTimeout(r, 3_000))) {
      // A node that boots does not answer.
      said = await this.all(script).catch((e: unknown) => [String(e).split("\n")[0] ?? ""]);
      if (said.join() === wanted.join()) return;
    }
    throw new Error(`${script}: ${said.join(", ")} instead of ${wanted.join(", ")}`);
  }

  /** Whether the database takes a write; one that waits for ever is not taken either. Needs the table `served`. */
  async takesWrites(): Promise<boolean> {
    const insert = `STACK=${this.stack.name} lab/lab exec -- tools/verbs/psql -qc "insert into served values (2)"`;
    return (await sh(`PGCONNECT_TIMEOUT=5 timeout 40 bash -c '. ./env.sh && ${insert}'`)).code === 0;
  }
}

/** For `all` and `until`: quorum, expected votes, votes. It ends with 2 where there is no quorum. */
export const VOTES =
  "{ corosync-quorumtool -s || true; } | sed -n 's/^\\(Quorate\\|Expected votes\\|Total votes\\): *//p' | paste -sd' '";
export const SERVES = "mountpoint -q /var/lib/pgsql/data && echo yes || echo no";
export const BOOT = "cat /proc/sys/kernel/random/boot_id";
export const virsh = (command: string): string => inLab(`virsh -q -c qemu:///system ${command}`);
