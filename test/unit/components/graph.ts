import * as pulumi from "@pulumi/pulumi";
import type { Secrets, SettingsInput } from "../../../components/config";
import type { QvdDatabase } from "../../../components/qvdDatabase";

/** One resource as the program registers it with the engine. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Of a provider of its own, where it has one: URN and id. */
  readonly provider?: string;
  readonly protected: boolean;
}

/** The component, and what it has registered. */
export interface Built {
  readonly registered: Registered[];
  readonly database: QvdDatabase;
}

/** Runs the component against Pulumi's mocks: nothing is deployed, ids and generated values are made up. */
export async function build(settings: SettingsInput, secrets: Secrets): Promise<Built> {
  const registered: Registered[] = [];
  // A child takes it from its parent, as the engine is told.
  const byResource = new Map<pulumi.Resource | undefined, boolean | undefined>();
  const protection = new Map<string, boolean | undefined>();
  const noteProtection: pulumi.ResourceTransformation = ({ resource, name, opts }) => {
    const effective = opts.protect ?? byResource.get(opts.parent);
    byResource.set(resource, effective);
    protection.set(name, effective);
    return undefined;
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        registered.push({
          type,
          name,
          inputs: inputs as Record<string, unknown>,
          provider,
          protected: protection.get(name) === true,
        });
        const made: Record<string, unknown> = {
          publicKey: "ssh-ed25519 AAAA",
          privateKey: "made-private-key",
          result: "made-password",
          base64: "bWFkZQ==",
          nodes: ["qvddb1"],
          device: "/dev/drbd0",
        };
        return { id: `${name}-id`, state: { ...inputs, ...made } };
      },
      call: () => ({}),
    },
    "qvd-ha",
    "test",
    false,
  );
  const { QvdDatabase } = await import("../../../components/qvdDatabase");
  const database = new QvdDatabase("qvddb", { ...settings, secrets }, { transformations: [noteProtection] });
  await new Promise<void>((resolve) =>
    pulumi.all([database.activeNode, database.connections, database.connectionString]).apply(() => resolve()),
  );
  // Registrations that nothing above waits for.
  await new Promise((r) => setTimeout(r, 500));
  return { registered, database };
}

export const register = async (settings: SettingsInput, secrets: Secrets): Promise<Registered[]> =>
  (await build(settings, secrets)).registered;
