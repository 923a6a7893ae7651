import { read } from "@qvd-ha/providers/dist/driver";
import type { Placed } from "@qvd-ha/providers/dist/kind";
import { isDeepStrictEqual } from "node:util";
import type { SettingsInput } from "../../components/config";
import { fenceKinds } from "../../components/config/fencing";
import { isMap, patchOf } from "../../components/config/mergePatch";
import { profiled } from "../../components/config/profiles";
import { schema } from "../../components/config/schema";
import type { SecretName } from "../../components/config/secrets";
import type { Difference } from "./differences";
import { differences } from "./differences";
import { asks } from "./program";

type Secrets = Readonly<Partial<Record<SecretName, string>>>;
const PARTS = ["properties", "resourceDefaults", "operationDefaults", "elements"] as const;
const parts = (spec: object): object =>
  Object.fromEntries(PARTS.map((name) => [name, (spec as Record<string, unknown>)[name]]));

/** What the keys leave unsaid of the cluster's configuration, as the patch that says it. */
async function patch(settings: SettingsInput, secrets: Secrets): Promise<unknown> {
  const asked = (await asks(settings, secrets)).find((a) => a.kind.name === "pacemaker");
  if (!asked) return undefined;
  const live = asked.kind.live(asked.spec, await read(asked.kind, asked.spec)) as Placed | undefined;
  return live && patchOf(parts(asked.spec), parts(live));
}

type Keys = Readonly<Record<string, unknown>>;

/** What is compared of two configurations: no node tells after how many seconds the hypervisor switches it on. */
function meaning(settings: Keys): object | undefined {
  const parsed = schema.safeParse(profiled(settings));
  if (!parsed.success) return undefined;
  const { profile: _, fencing, ...rest } = parsed.data;
  // How libvirt is asked means something only where it is.
  const { agent, manageKey, persistent, startAfter: _s, ...others } = fencing;
  return {
    ...rest,
    fencing: fenceKinds(fencing).includes("libvirt") ? { agent, manageKey, persistent, ...others } : others,
  };
}

/** With the default profile's name, where every value of it is in force; what is there then goes without saying. */
function named(settings: Keys): Keys {
  const { profile: _, ...rest } = settings;
  return isDeepStrictEqual(meaning(rest), meaning(settings)) ? rest : settings;
}

/** The same configuration without what is a default anyway. @throws ZodError where it is none */
export function pruned(given: Keys): Record<string, unknown> {
  const settings = named(given);
  const whole = schema.parse(profiled(settings));
  let current: Record<string, unknown> = { ...settings };
  const without = (holder: unknown, path: readonly (string | number)[]): unknown => {
    const [key, ...rest] = path as [string | number, ...(string | number)[]];
    if (Array.isArray(holder)) return holder.map((v, i) => (i === key ? without(v, rest) : (v as unknown)));
    const map = { ...(holder as Record<string, unknown>) };
    if (rest.length === 0) delete map[key];
    else map[key] = without(map[key], rest);
    return map;
  };
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (path.length > 0 && typeof path.at(-1) === "string") {
      const candidate = without(current, path) as Record<string, unknown>;
      const parsed = schema.safeParse(profiled(candidate));
      if (parsed.success && isDeepStrictEqual(parsed.data, whole)) {
        current = candidate;
        return;
      }
    }
    if (isMap(value)) for (const [k, v] of Object.entries(value)) visit(v, [...path, k]);
    else if (Array.isArray(value)) value.forEach((v, i) => isMap(v) && visit(v, [...path, i]));
  };
  visit(settings, []);
  return current;
}

export interface Export {
  readonly settings: Record<string, unknown>;
  /** What `pulumi up` with it would do all the same. */
  readonly left: readonly Difference[];
}

/** Adds what the keys leave unsaid, and asks the kinds what would be left to do. @throws SettingsError where the configuration is refused */
export async function complete(settings: Keys, secrets: Secrets): Promise<Export> {
  const cib = await patch(settings as SettingsInput, secrets);
  const all = pruned(cib === undefined ? settings : { ...settings, cib });
  return { settings: all, left: await differences(await asks(all as SettingsInput, secrets)) };
}
