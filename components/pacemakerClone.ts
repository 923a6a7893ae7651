import * as pulumi from "@pulumi/pulumi";
import type { ElementInput } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface PacemakerCloneArgs {
  readonly child: PacemakerPrimitive;
  /** `promotable`, `promoted-max`, `clone-max`, `notify`, `interleave`… */
  readonly meta?: Readonly<Record<string, string | number | boolean>>;
}

/** A resource that runs on several nodes at once; with `promotable`, in two roles. */
export class PacemakerClone extends pulumi.ComponentResource {
  readonly definition: Extract<ElementInput, { kind: "clone" }>;

  constructor(
    readonly id: string,
    args: PacemakerCloneArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Clone", id, {}, opts);
    this.definition = { kind: "clone", child: args.child.id, meta: args.meta ?? {} };
    this.registerOutputs({ child: args.child.id });
  }
}
