import type { HbaRule } from "@qvd-ha/providers/dist/postgres/access";
import type { ResourcePolicy } from "../policy";
import { DATA_DIRECTORY, known } from "../resource";

const WHY: Readonly<Record<string, string>> = {
  trust: "lets everybody in who reaches the port",
  password: "sends the password in clear",
  ident: "believes what the client's machine says of its user",
};

export const noTrust: ResourcePolicy = {
  name: "no-trust",
  description: "No line of pg_hba.conf lets anybody in without proof, or has the proof sent in clear.",
  types: [DATA_DIRECTORY],
  judge: (resource) =>
    ((known(resource, "hba") ?? []) as HbaRule[]).flatMap((rule, i) => {
      const why = WHY[rule.method];
      return why === undefined ? [] : [`hba[${i}]: method ${rule.method} ${why}: use scram-sha-256, or peer locally`];
    }),
};
