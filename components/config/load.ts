import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "@qvd-ha/providers/dist/kind";
import { passwordFinding, SettingsError, validate } from "./parse";
import type { Settings } from "./schema";

/** Secrets that a stack may bring itself; what it does not bring is generated. */
export interface Secrets {
  /** Password of the database role. Alphabet A-Z a-z 0-9 _ -, as QVD asks. */
  readonly databasePassword?: pulumi.Output<string>;
  /** DRBD's shared secret, at most 64 characters. */
  readonly drbdSecret?: pulumi.Output<string>;
  /** Private SSH key that logs in to existing machines. */
  readonly sshPrivateKey?: pulumi.Output<string>;
  /** Private SSH key that logs in to the hypervisors to install the fence key. */
  readonly hypervisorPrivateKey?: pulumi.Output<string>;
  /** Private SSH key that logs in to the QVD node of `qvd`. */
  readonly qvdPrivateKey?: pulumi.Output<string>;
}

const SECRETS = ["databasePassword", "drbdSecret", "sshPrivateKey", "hypervisorPrivateKey", "qvdPrivateKey"] as const;

const needs = (when: boolean, property: string, why: string): Finding[] =>
  when ? [{ property, reason: `is missing: ${why} (pulumi config set --secret ${property} < key)` }] : [];

const value = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The stack's configuration, `defaults` (what the lab knows of itself) below it. @throws SettingsError with every finding at once */
export function load(defaults: Readonly<Record<string, unknown>> = {}): { settings: Settings; secrets: Secrets } {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const all = Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), text]));
  const isSecret = (key: string): boolean => (SECRETS as readonly string[]).includes(key);
  const plain = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => !isSecret(key) && key !== "lab")
      .map(([key, text]) => [key, value(text)]),
  );
  const { settings, findings } = validate({ ...defaults, ...plain });
  const password: Finding[] =
    all.databasePassword === undefined ? [] : passwordFinding("databasePassword", all.databasePassword);
  const missing = [
    ...needs(plain.platform === "existing", "sshPrivateKey", "existing machines are reached with it"),
    ...needs(plain.qvd !== undefined, "qvdPrivateKey", "the QVD node is reached with it"),
  ].filter((f) => all[f.property] === undefined);
  const everything = [...findings, ...password, ...missing];
  if (!settings || everything.length > 0) throw new SettingsError(everything);
  const secret = (key: (typeof SECRETS)[number]): pulumi.Output<string> | undefined => {
    const text = all[key];
    return text === undefined ? undefined : pulumi.secret(text);
  };
  return { settings, secrets: Object.fromEntries(SECRETS.map((key) => [key, secret(key)])) };
}
