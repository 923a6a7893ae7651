import * as pulumi from "@pulumi/pulumi";
import type { ElementInput } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface PacemakerGroupArgs {
  /** Started in this order, stopped in reverse. */
  readonly members: readonly PacemakerPrimitive[];
  readonly meta?: Readonly<Record<string, string | number | boolean>>;
}

/** Resources that run together on one node, one after the other. */
export class PacemakerGroup extends pulumi.ComponentResource {
  readonly definition: Extract<ElementInput, { kind: "group" }>;

  constructor(
    readonly id: string,
    args: PacemakerGroupArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Group", id, {}, opts);
    const members = args.members.map((m) => m.id);
    this.definition = { kind: "group", members, meta: args.meta ?? {} };
    this.registerOutputs({ members });
  }
}
