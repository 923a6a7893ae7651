import { clientRules, postgresSchema } from "../../../providers/postgres";
import type { PostgresInput, PostgresSpec } from "../../../providers/postgres";

const connection = (host: string): PostgresInput["connections"][string] => ({
  host,
  hostKey: "ssh-ed25519 AAAAC3Nz",
  privateKey: "key",
});

/** The HOWTO's two nodes. */
export const input: PostgresInput = {
  connections: { qvddb1: connection("172.20.64.91"), qvddb2: connection("172.20.64.92") },
  seedNode: "qvddb1",
  addresses: { qvddb1: "172.20.64.91", qvddb2: "172.20.64.92" },
  address: "172.20.64.90",
  hba: clientRules(["172.20.64.0/24", "172.20.64.91", "172.20.64.92", "172.20.64.90"], "qvddb", "qvd"),
  role: { password: "Correct_Horse-7" },
};

export const spec = (given: Partial<PostgresInput> = {}): PostgresSpec => postgresSchema.parse({ ...input, ...given });
