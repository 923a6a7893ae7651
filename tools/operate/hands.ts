import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Command } from "@qvd-ha/providers/dist/remote";
import { run } from "@qvd-ha/providers/dist/remote";
import type { Deployment } from "../status/deployment";
import { connectionOf } from "../status/deployment";
import type { Hypervisor } from "../status/hypervisor";
import { hypervisorOf } from "../status/hypervisor";
import type { Status } from "../status/read";
import { readStatus } from "../status/read";

/** What a verb reaches the cluster by; nothing else of it does. */
export interface Hands {
  readonly nodes: readonly string[];
  /** Longest time in which the service comes back after a failure, in seconds: what a verb waits for a move. */
  readonly boundSeconds: number;
  readonly drbdResource: string;
  /** As root on a node. With `lasting` it goes on to its end when the connection breaks, and a repetition waits for it. @throws ConnectionError */
  run(node: string, command: Command, lasting?: string): Promise<Answer>;
  /** What runs a node; undefined where nobody may log in to it. */
  hypervisor(node: string): Hypervisor | undefined;
  status(): Promise<Status>;
  pause(seconds: number): Promise<void>;
}

/** QVD's own limit, where the stack does not tell its bound. */
const LONGEST_SECONDS = 390;

export const handsOf = (d: Deployment): Hands => ({
  nodes: d.nodes,
  boundSeconds: d.worstCaseFailoverSeconds ?? LONGEST_SECONDS,
  run: async (node, command, lasting) => {
    const options = lasting === undefined ? {} : { lock: lasting };
    const [answer] = await run(connectionOf(d, node), [command], options);
    if (!answer) throw new Error(`${node} gave no answer`);
    return answer;
  },
  drbdResource: d.drbdResource,
  hypervisor: (node) => hypervisorOf(d, node),
  status: () => readStatus(d),
  pause: (seconds) => sleep(seconds * 1000),
});
