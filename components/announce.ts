import * as pulumi from "@pulumi/pulumi";
import type { Announcement } from "@qvd-ha/providers/dist/driver/announce";
import { UNKNOWN } from "@qvd-ha/providers/dist/unknown";

/** By type: the kind that a resource of ours is. */
const kinds = new Map<string, string>();
/** By type and name, so that a line stands at its resource. */
const resources = new Map<string, pulumi.Resource>();

/** Plain values, secrets included, with what a preview does not know marked as the providers expect it. */
async function plain(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) {
    const { isKnown, promise } = value as unknown as { isKnown: Promise<boolean>; promise(): Promise<unknown> };
    return (await isKnown) ? plain(await promise()) : UNKNOWN;
  }
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (value === null || typeof value !== "object") return value;
  if ((value as { __pulumiUnknown?: boolean }).__pulumiUnknown) return UNKNOWN;
  const entries = await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await plain(v)] as const));
  return Object.fromEntries(entries);
}

/** What `pulumi` takes for "the user has been told why": the preview fails, after everybody else has had their say. */
const TOLD = 32;

async function tell(args: pulumi.ResourceHookArgs): Promise<void> {
  // What runs for real reads, tells and asks for consent itself.
  if (!pulumi.runtime.isDryRun()) return;
  const kind = kinds.get(args.type);
  if (kind === undefined) return;
  const { announce } = await import("@qvd-ha/providers");
  const [old, news] = await Promise.all([plain(args.oldInputs), plain(args.newInputs)]);
  const { lines, refused } = (await announce(kind, old, news)) as Announcement;
  if (lines.length === 0) return;
  const resource = resources.get(`${args.type} ${args.name}`);
  if (refused) process.exitCode = TOLD;
  // Not awaited: it wants the resource's name in the engine, which is there only when this has returned.
  void (refused ? pulumi.log.error : pulumi.log.info)(lines.join("\n"), resource);
}

/** One for the whole program; made late, as it registers with the engine. */
let hook: pulumi.ResourceHook | undefined;

/**
 * Options by which every object on the nodes below a component says in a preview what its change will do, and refuses where that needs consent which nobody gave.
 * What does not change costs nothing.
 */
export function announced(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  const bind: pulumi.ResourceTransformation = ({ type, name, props, opts: own, resource }) => {
    const { kind } = resource.constructor as { kind?: string };
    if (kind === undefined) return undefined;
    kinds.set(type, kind);
    resources.set(`${type} ${name}`, resource);
    hook ??= new pulumi.ResourceHook("qvd-ha-announce", tell, { onDryRun: true });
    const hooks = { beforeCreate: [hook], beforeUpdate: [hook] };
    return { props, opts: pulumi.mergeOptions(own, { hooks }) };
  };
  return { ...opts, transformations: [...(opts.transformations ?? []), bind] };
}
