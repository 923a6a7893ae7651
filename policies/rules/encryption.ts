import type { Resource, ResourcePolicy } from "../policy";
import { known, MEMBERSHIP } from "../resource";

/** What the provider takes where nothing is said. */
const DEFAULTS = { transport: "knet", cryptoCipher: "aes256", cryptoHash: "sha256" } as const;

const said = (resource: Resource, property: keyof typeof DEFAULTS): string =>
  String(known(resource, property) ?? DEFAULTS[property]);

export const encryption: ResourcePolicy = {
  name: "encryption",
  description: "What the nodes say to each other through Corosync is encrypted and authenticated.",
  types: [MEMBERSHIP],
  judge: (resource) => [
    ...(said(resource, "transport") === "knet"
      ? []
      : [`transport is ${said(resource, "transport")}: knet alone encrypts`]),
    ...(["cryptoCipher", "cryptoHash"] as const)
      .filter((p) => said(resource, p) === "none")
      .map((p) => `${p} is none: who reaches the network could read or forge the membership`),
  ],
};
