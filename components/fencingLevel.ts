import * as pulumi from "@pulumi/pulumi";
import type { ElementInput } from "@qvd-ha/providers/dist/pacemaker/spec";

type Definition = Extract<ElementInput, { kind: "level" }>;

/** Fence devices that are tried for a node at one place in the order (`fencing-level`). The name is its id in the CIB. */
export class PacemakerFencingLevel extends pulumi.ComponentResource {
  readonly definition: Definition;

  constructor(
    readonly id: string,
    args: Omit<Definition, "kind" | "handMade">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:FencingLevel", id, {}, opts);
    this.definition = { kind: "level", ...args };
    this.registerOutputs({ target: args.target, index: args.index, devices: args.devices });
  }
}
