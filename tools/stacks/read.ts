import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { validate } from "../../components/config";
import { isSecret } from "../../components/config/secrets";
import type { Finding } from "@qvd-ha/providers/dist/kind";
import type { Stack } from "./clashes";

export interface Read {
  readonly stacks: readonly Stack[];
  /** Those that cannot be judged, and why. */
  readonly unread: readonly { readonly name: string; readonly findings: readonly Finding[] }[];
}

type Config = Record<string, unknown>;

/** Numbers and truth values may stand in quotes, as `pulumi config set` writes them. */
const plain = (value: unknown): unknown => {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** The stacks that have a file here. Those of the embedded lab are left out: each lab is a network of its own. */
export function readStacks(directory: string, project = "qvd-ha"): Read {
  const names = readdirSync(directory).flatMap((f) => /^Pulumi\.(.+)\.yaml$/.exec(f)?.[1] ?? []);
  const read = names.flatMap((name) => {
    const { config = {} } = (load(readFileSync(join(directory, `Pulumi.${name}.yaml`), "utf8")) ?? {}) as {
      config?: Config;
    };
    const own = Object.entries(config).flatMap(([k, v]) =>
      k.startsWith(`${project}:`) ? [[k.slice(project.length + 1), v] as const] : [],
    );
    if (own.some(([k, v]) => k === "lab" && String(v) === "true")) return [];
    return [
      {
        name,
        ...validate(
          Object.fromEntries(own.filter(([k]) => !isSecret(k) && k !== "lab").map(([k, v]) => [k, plain(v)])),
        ),
      },
    ];
  });
  return {
    stacks: read.flatMap(({ name, settings }) => (settings ? [{ name, settings }] : [])),
    unread: read.flatMap(({ name, settings, findings }) => (settings ? [] : [{ name, findings }])),
  };
}
