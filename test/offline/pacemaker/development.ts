import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { load as loadSettings } from "../../../components/config";
import type { Secrets, SettingsInput } from "../../../components/config";
import { labDefaults } from "../../../lab/describe";
import type { LabDescription } from "../../../lab/describe";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";
import type { Registered } from "../../unit/components/graph";
import { register } from "../../unit/components/graph";

const root = join(__dirname, "../../..");

/** What the lab would say of itself; the scheduler sees nothing of it but the router's address. */
const lab: LabDescription = {
  instance: "sample",
  up: true,
  libvirtUri: "qemu+unix:///system",
  domainType: "qemu",
  cpu: { mode: "custom", model: "Nehalem" },
  image: {
    os: "debian12",
    hash: "0",
    base: "/images/base.qcow2",
    kernel: "/images/vmlinuz",
    initrd: "/images/initrd",
    kernelArguments: "",
  },
  pool: "sample",
  consoleDirectory: "/var/log/consoles",
  aries: {
    address: "172.20.64.1",
    port: 22,
    user: "root",
    hostKey: "ssh-ed25519 AAAA",
    privateKeyFile: "/var/lib/lab/key",
  },
  ntpServer: "172.20.64.1",
  aptRepository: "deb [trusted=yes] http://172.20.64.1/ ./",
  router: "172.20.64.1",
};

/** Keys of the stack's configuration with a path, as `timers.postgres.start`. */
export type Keys = Readonly<Record<string, unknown>>;

/** The profiles themselves: what the stack says for the sake of busy machines is left aside. */
export const PROFILE_KEYS: Readonly<Record<string, Keys>> = {
  howto: { profile: "howto" },
  fast: { profile: "fast", "cluster.priorityFencingDelay": 2 },
};

function set(config: Record<string, unknown>, path: string, value: unknown): void {
  const [first = "", ...keys] = path.replace(/\[(\d+)\]/g, ".$1").split(".");
  const top = `qvd-ha:${first}`;
  const defaults = labDefaults(lab)[first];
  if (keys.length === 0) {
    config[top] = value;
    return;
  }
  let at = (config[top] ??= structuredClone(defaults ?? {})) as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  at[keys.at(-1) as string] = value;
}

/** The stack `dev` as its committed file has it, read as the program reads it. */
function settings(more: Keys): { settings: SettingsInput; secrets: Secrets } {
  const { config } = load(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as { config: Record<string, unknown> };
  for (const [path, value] of Object.entries(more)) set(config, path, value);
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)])));
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "qvd-ha", "dev");
  return loadSettings(labDefaults(lab));
}

/** What the committed stack `dev` asks the engine for: nothing is deployed, Pulumi's mocks answer. */
export async function registered(more: Keys = {}): Promise<Registered[]> {
  const loaded = settings(more);
  return register(loaded.settings, { ...loaded.secrets, hypervisorPrivateKey: pulumi.secret("a-key") });
}

/** The cluster's configuration among that. */
export function configurationIn(made: readonly Registered[]): PacemakerSpec {
  const [configuration] = made.filter((r) => r.type === "pulumi-nodejs:dynamic/pacemaker:Configuration");
  if (!configuration) throw new Error("the program registered no cluster configuration");
  const { properties, resourceDefaults, operationDefaults, elements } = configuration.inputs;
  const hosts = ["qvddb1", "qvddb2"].map((host) => [host, { host, hostKey: "ssh-ed25519 AAAA", privateKey: "none" }]);
  return pacemakerSchema.parse({
    connections: Object.fromEntries(hosts) as Record<string, object>,
    properties,
    resourceDefaults,
    operationDefaults,
    elements,
  });
}

export const development = async (more: Keys = {}): Promise<PacemakerSpec> => configurationIn(await registered(more));
