import * as pulumi from "@pulumi/pulumi";
import type { DeepInput } from "@qvd-ha/providers/dist/deepInput";
import type { ElementInput } from "@qvd-ha/providers/dist/pacemaker/spec";

type PrimitiveInput = Omit<Extract<ElementInput, { kind: "primitive" }>, "kind" | "handMade">;

/** What a primitive must have reached before the deployment counts as done. */
export type Awaited = "started" | "promoted" | "running-on-all";

export interface PacemakerPrimitiveArgs extends PrimitiveInput {
  /**
   * What `pulumi up` waits for; the child that waits is made by {@link PacemakerConfiguration}, below this component.
   * @default "started"
   */
  readonly awaits?: Awaited | "none";
}

/**
 * A Pacemaker resource, a fence device included: agent, parameters, operations. The name is its id in the CIB.
 *
 * The component carries the definition; {@link PacemakerConfiguration} commits all of them in one patch, and reports a failure to start here.
 */
export class PacemakerPrimitive extends pulumi.ComponentResource {
  /** The element as the CIB gets it. */
  readonly definition: DeepInput<Extract<ElementInput, { kind: "primitive" }>>;
  readonly awaits: Awaited | "none";

  constructor(
    readonly id: string,
    args: PacemakerPrimitiveArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { awaits, ...definition } = args;
    super("qvd:pacemaker:Primitive", id, {}, opts);
    this.definition = { kind: "primitive", ...definition };
    this.awaits = awaits ?? "started";
    this.registerOutputs({ agent: args.agent });
  }
}
