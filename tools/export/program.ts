import type { AnyKind, Placed } from "@qvd-ha/providers/dist/kind";
import { kinds } from "@qvd-ha/providers/dist/kinds";
import { check, specOf } from "@qvd-ha/providers/dist/driver";
import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../components/config";
import type { SecretName } from "../../components/config/secrets";
import { FENCE_SECRETS } from "../../components/config/secrets";

/** What the program asks of one kind. */
export interface Asked {
  /** Name of the resource. */
  readonly name: string;
  readonly kind: AnyKind;
  /** Normalised; as the kind gets it. */
  readonly spec: Placed;
}

const KINDS: Readonly<Record<string, keyof typeof kinds>> = {
  "node:Preparation": "node",
  "drbd:Replication": "drbd",
  "postgres:DataDirectory": "postgres",
  "corosync:Membership": "corosync",
  "pacemaker:Configuration": "pacemaker",
  "fencing:Access": "fenceAccess",
  "fencing:Client": "fenceClient",
  "fencing:Secret": "fenceSecret",
  "fencing:Watchdog": "watchdog",
};

/** The mark by which the engine knows a secret on the wire. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** Stands for what the program would generate, as nobody gave it. */
export const GENERATED = "generated-and-not-known-here";

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if (SECRET in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
}

/** Registrations come as their inputs resolve; when none has come for so long, all are there. */
const QUIET_MS = 300;

/**
 * Runs the program's component against Pulumi's mocks, and tells what it asks for: the configuration as the nodes would get it, without an engine or a state.
 * @throws SettingsError where the configuration is refused
 */
export async function asks(
  settings: SettingsInput,
  secrets: Readonly<Partial<Record<SecretName, string>>>,
): Promise<Asked[]> {
  const found: { type: string; name: string; inputs: Record<string, unknown> }[] = [];
  let last = Date.now();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        found.push({ type, name, inputs: inputs as Record<string, unknown> });
        last = Date.now();
        const made = {
          result: GENERATED,
          publicKey: "ssh-ed25519 AAAA",
          privateKey: GENERATED,
          device: DEVICE(inputs),
        };
        return { id: name, state: { ...inputs, ...made } };
      },
      call: () => ({}),
    },
    "qvd-ha",
    "export",
    false,
  );
  const { QvdDatabase } = await import("../../components/qvdDatabase");
  // With any key at all the program tells nobody what to install by hand; the hypervisor is asked only with a key that was given.
  const unknown = [...Object.values(FENCE_SECRETS), "arbiterPrivateKey"].map((name) => [name, GENERATED]);
  const all = { hypervisorPrivateKey: GENERATED, ...Object.fromEntries(unknown), ...secrets };
  const given = Object.fromEntries(Object.entries(all).map(([k, v]) => [k, pulumi.secret(v)]));
  const database = new QvdDatabase("qvddb", { ...settings, secrets: given });
  await new Promise<void>((resolve) => pulumi.all([database.activeNode, database.connections]).apply(() => resolve()));
  while (Date.now() - last < QUIET_MS) await new Promise((r) => setTimeout(r, QUIET_MS));
  return found.flatMap(({ type, name, inputs }): Asked[] => {
    const kindName = KINDS[type.replace("pulumi-nodejs:dynamic/", "")];
    if (kindName === undefined || (kindName === "fenceAccess" && !secrets.hypervisorPrivateKey)) return [];
    // What is not known cannot be compared.
    if (kindName === "fenceSecret" && !secrets[FENCE_SECRETS[inputs.of as keyof typeof FENCE_SECRETS]]) return [];
    const kind = kinds[kindName] as AnyKind;
    const checked = check(kind, plain(inputs) as Record<string, unknown>);
    if (checked.findings.length > 0)
      throw new Error(checked.findings.map((f) => `${name}: ${f.property}: ${f.reason}`).join("\n"));
    return [{ name, kind, spec: kind.schema.parse(specOf(checked.inputs as never)) as Placed }];
  });
}

const DEVICE = (inputs: Record<string, unknown>): string => `/dev/drbd/by-res/${String(inputs.resource)}/0`;
