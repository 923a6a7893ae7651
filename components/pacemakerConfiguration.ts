import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { Configuration, Started } from "@qvd-ha/providers/dist/dynamic";
import { mergePatch } from "./config/mergePatch";
import type { PacemakerAlert, PacemakerConstraint } from "./constraints";
import type { PacemakerFencingLevel } from "./fencingLevel";
import type { PacemakerClone } from "./pacemakerClone";
import type { PacemakerGroup } from "./pacemakerGroup";
import type { Awaited, PacemakerPrimitive } from "./pacemakerPrimitive";

type Options = Readonly<Record<string, string | number | boolean>>;

export interface PacemakerConfigurationArgs {
  readonly connections: pulumi.Input<Record<string, pulumi.Input<Connection>>>;
  /** Cluster options (`crm_config`). */
  readonly properties: Options;
  readonly resourceDefaults: Options;
  readonly operationDefaults?: Options;
  readonly primitives: readonly PacemakerPrimitive[];
  readonly groups: readonly PacemakerGroup[];
  readonly clones: readonly PacemakerClone[];
  readonly constraints: readonly PacemakerConstraint[];
  /** @default none: any device that fences a node may do it */
  readonly levels?: readonly PacemakerFencingLevel[];
  readonly alerts?: readonly PacemakerAlert[];
  /** Laid over all of these: a merge patch as in RFC 7396. */
  readonly patch?: unknown;
  /**
   * How long a primitive may take to run, in seconds, once the configuration is committed.
   * @default 600
   */
  readonly startTimeout?: number;
}

/**
 * The cluster's configuration: all elements in one document, committed as one patch, so that nothing starts before its constraints are there.
 * Afterwards each primitive is awaited below its own component, where a failure shows with Pacemaker's reason.
 */
export class PacemakerConfiguration extends pulumi.ComponentResource {
  /** What runs once the configuration is in force; depend on these to come after the service is up. */
  readonly started: readonly Started[];
  /** What was committed, by CIB id. */
  readonly elements: Readonly<Record<string, unknown>>;
  private readonly awaited: ReadonlyMap<string, Started>;

  constructor(name: string, args: PacemakerConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:pacemaker:Configuration", name, {}, opts);
    const elements = Object.fromEntries(
      [
        ...args.primitives,
        ...args.groups,
        ...args.clones,
        ...args.constraints,
        ...(args.levels ?? []),
        ...(args.alerts ?? []),
      ].map((e) => [e.id, e.definition]),
    );
    const { connections, properties, resourceDefaults } = args;
    const operationDefaults = args.operationDefaults ?? {};
    const document = mergePatch({ properties, resourceDefaults, operationDefaults, elements }, args.patch ?? {}) as {
      properties: Options;
      resourceDefaults: Options;
      operationDefaults: Options;
      elements: typeof elements;
    };
    this.elements = document.elements;
    const committed = new Configuration(`${name}-cib`, { connections, ...document }, { parent: this });
    // A changed document is awaited anew; the hash says "changed" without repeating it in every child.
    const configuration = pulumi
      .output(document)
      .apply((d) => createHash("sha256").update(JSON.stringify(d)).digest("hex").slice(0, 16));
    const holder = (p: PacemakerPrimitive): string | undefined =>
      args.groups.find((g) => g.definition.members.includes(p.id))?.id ??
      args.clones.find((c) => c.definition.child === p.id)?.id;
    const awaited = args.primitives.filter((p) => p.awaits !== "none" && p.id in document.elements);
    this.started = awaited.map(
      (p) =>
        new Started(
          `${p.id}-started`,
          {
            connections,
            resource: p.id,
            within: holder(p),
            expected: p.awaits as Awaited,
            timeoutSeconds: args.startTimeout ?? 600,
            configuration,
          },
          { parent: p, dependsOn: committed },
        ),
    );
    this.awaited = new Map(this.started.map((s, i) => [(awaited[i] as PacemakerPrimitive).id, s]));
    this.registerOutputs({});
  }

  /** The node on which a primitive ran when it was awaited. */
  activeNode(primitive: string): pulumi.Output<string> {
    const nodes = this.awaited.get(primitive)?.nodes ?? pulumi.output<string[]>([]);
    return nodes.apply((n) => n?.[0] ?? "none");
  }
}
