import { Sh } from "@qvd-ha/providers/dist/remote";

/** A node by the part that it played before the fault. */
export type Role = "active" | "standby";
export type Who = Role | "both";

export type PowerVerb = "destroy" | "suspend" | "resume" | "start";

/** Takes back what was done. Runs whatever happened before, perhaps twice, perhaps on a node that has booted since: it must bear that. */
export type Undo =
  | { readonly kind: "script"; readonly on: Who; readonly script: string; readonly timeoutSeconds?: number }
  | { readonly kind: "power"; readonly on: Who; readonly verb: PowerVerb }
  | { readonly kind: "hypervisor"; readonly on: Role; readonly script: string };

interface Common {
  /** What is done, in words that follow on the fault's title. */
  readonly says: string;
  readonly undo?: readonly Undo[];
}

/** A script on nodes, as root. */
export interface Script extends Common {
  readonly kind: "script";
  readonly on: Who;
  readonly script: string;
  readonly stdin?: string;
  /** The node dies of it: no answer is the right answer. Default: false. */
  readonly dies?: boolean;
  /** Default: 60. */
  readonly timeoutSeconds?: number;
}

/** The power switch, by the hypervisor. */
export interface Power extends Common {
  readonly kind: "power";
  readonly on: Who;
  readonly verb: PowerVerb;
  /** It may be in that state already, since the cluster acts on it as well. Default: false. */
  readonly tolerant?: boolean;
}

/** A script on the hypervisor of a node; `$domain` is the node's name there, `$uri` libvirt's. */
export interface Hypervisor extends Common {
  readonly kind: "hypervisor";
  readonly on: Role;
  readonly script: string;
}

export interface Wait extends Common {
  readonly kind: "wait";
  readonly seconds: number;
}

/** Waits until `make status` or `make doctor` names a problem that matches. @throws in the drill when it does not within `seconds` */
export interface Sees extends Common {
  readonly kind: "sees";
  readonly by: "status" | "doctor";
  readonly problem: RegExp;
  readonly seconds: number;
}

/** Waits until a write is acknowledged again. */
export interface Served extends Common {
  readonly kind: "served";
  readonly seconds: number;
}

/** The deployment's own test of a node's fence device. @throws in the drill when it does not find what it has to */
export interface SelfTest extends Common {
  readonly kind: "selfTest";
  readonly of: Role;
  readonly finds: RegExp;
}

/** One thing that is done to the cluster, as a value: nothing happens until the drill performs it. */
export type Action = Script | Power | Hypervisor | Wait | Sees | Served | SelfTest;

/** A script of several lines. */
export const text = (...lines: readonly (string | Sh)[]): string =>
  lines.map((l) => (l instanceof Sh ? l.text : l)).join("\n");

/** Seconds in which nothing is done. */
export const wait = (seconds: number): Wait => ({ kind: "wait", says: `wait ${seconds} s`, seconds });

export const untilSeen = (problem: RegExp, seconds: number, says: string): Sees => ({
  kind: "sees",
  by: "status",
  says: `wait until make status says that ${says}`,
  problem,
  seconds,
});

export const untilDiagnosed = (problem: RegExp, seconds: number, says: string): Sees => ({
  kind: "sees",
  by: "doctor",
  says: `wait until make doctor says that ${says}`,
  problem,
  seconds,
});

export const untilServed = (seconds: number): Served => ({
  kind: "served",
  says: "wait until it serves again",
  seconds,
});
