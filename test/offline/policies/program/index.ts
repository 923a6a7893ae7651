import * as pulumi from "@pulumi/pulumi";

/** As in test/unit/policies/base.json: `{"secret": …}` is a secret. */
interface Given {
  readonly type: string;
  readonly protect?: boolean;
  readonly props: Record<string, unknown>;
}

function marked(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(marked);
  if (Object.keys(value).join() === "secret") return pulumi.secret((value as { secret: unknown }).secret);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, marked(v)]));
}

/** The engine shows a component to the policies with type, inputs, and options, and asks no provider. */
class Shown extends pulumi.ComponentResource {
  constructor(name: string, { type, protect, props }: Given) {
    super(type, name, marked(props) as pulumi.Inputs, protect === undefined ? {} : { protect });
    // What the whole stack's policies see of a component are its outputs.
    this.registerOutputs(marked(props) as pulumi.Inputs);
  }
}

const given = JSON.parse(process.env.GIVEN_RESOURCES as string) as Record<string, Given>;
for (const [name, resource] of Object.entries(given)) new Shown(name, resource);
