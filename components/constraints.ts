import * as pulumi from "@pulumi/pulumi";
import type { ElementInput } from "@qvd-ha/providers/dist/pacemaker/spec";

type Input<K extends ElementInput["kind"]> = Omit<Extract<ElementInput, { kind: K }>, "kind" | "handMade">;
type Definition<K extends ElementInput["kind"]> = Extract<ElementInput, { kind: K }>;

/** Where a resource may or should run: a node with a score, or rules over node attributes. The name is its id in the CIB. */
export class PacemakerLocation extends pulumi.ComponentResource {
  readonly definition: Definition<"location">;

  constructor(
    readonly id: string,
    args: Input<"location">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Location", id, {}, opts);
    this.definition = { kind: "location", ...args };
    this.registerOutputs({ resource: args.resource });
  }
}

/** One resource runs where another one does. */
export class PacemakerColocation extends pulumi.ComponentResource {
  readonly definition: Definition<"colocation">;

  constructor(
    readonly id: string,
    args: Input<"colocation">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Colocation", id, {}, opts);
    this.definition = { kind: "colocation", ...args };
    this.registerOutputs({ resource: args.resource, withResource: args.withResource });
  }
}

/** One action happens before another one. */
export class PacemakerOrder extends pulumi.ComponentResource {
  readonly definition: Definition<"order">;

  constructor(
    readonly id: string,
    args: Input<"order">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Order", id, {}, opts);
    this.definition = { kind: "order", ...args };
    this.registerOutputs({ first: args.first, then: args.then });
  }
}

/** A script that the cluster calls for every event. The name is its id in the CIB. */
export class PacemakerAlert extends pulumi.ComponentResource {
  readonly definition: Definition<"alert">;

  constructor(
    readonly id: string,
    args: Input<"alert">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("qvd:pacemaker:Alert", id, {}, opts);
    this.definition = { kind: "alert", ...args };
    this.registerOutputs({ path: args.path });
  }
}

export type PacemakerConstraint = PacemakerLocation | PacemakerColocation | PacemakerOrder;
