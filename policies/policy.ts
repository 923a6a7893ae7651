import type { EnforcementLevel, PolicyConfigSchema } from "@pulumi/policy";

/** A resource as the engine shows it to a policy, its values plain. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Values that a preview does not know are `UNKNOWN`. */
  readonly props: Readonly<Record<string, unknown>>;
  /** Pulumi's `protect`. */
  readonly protect: boolean;
}

/** What a stack's file in `policies/stacks` says of a policy. */
export type Config = Readonly<Record<string, unknown>>;

/** Something that breaks a policy, in words that name the value and the fix. */
export interface Violation {
  readonly message: string;
  /** Default: the resource that is judged, or the stack. */
  readonly urn?: string;
}

interface Common {
  readonly name: string;
  readonly description: string;
  /** Default: mandatory. */
  readonly level?: EnforcementLevel;
  readonly configSchema?: PolicyConfigSchema;
}

/** A policy on resources of some types, each judged before it is touched. */
export interface ResourcePolicy extends Common {
  readonly types: readonly string[];
  /** @throws NotKnown where a value decides that a preview does not know yet */
  judge(resource: Resource, config: Config): readonly string[];
}

/** A policy on the stack as a whole, judged when all resources are known: after a preview, and after an update. */
export interface StackPolicy extends Common {
  judgeStack(resources: readonly Resource[], config: Config): readonly Violation[];
}

/** A policy on the marks of secrets, which other policies do not see. Judged for every resource, as the engine shows it before it is touched. */
export interface MarksPolicy extends Common {
  /** `props` has secrets wrapped in the SDK's `Secret`. */
  judgeMarks(type: string, props: Readonly<Record<string, unknown>>): readonly string[];
}

export type AnyPolicy = ResourcePolicy | StackPolicy | MarksPolicy;

/** A policy that cannot be judged before a value of a resource is known. */
export class NotKnown extends Error {
  constructor(
    readonly urn: string,
    readonly path: readonly string[],
  ) {
    super(`${path.join(".")} of ${urn} is not known yet`);
  }
}
