import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "@qvd-ha/providers/dist/kind";
import { secretFinding } from "@qvd-ha/providers/dist/fencing/secret/spec";
import { fenceKinds, fencingSchema } from "./fencing";
import type { FenceKind } from "./fencing";
import { mergePatch } from "./mergePatch";
import { passwordFinding, SettingsError, validate } from "./parse";
import type { Settings } from "./schema";
import type { SecretName, Secrets } from "./secrets";
import { FENCE_SECRETS, isSecret, SECRETS } from "./secrets";

const needs = (when: boolean, property: string, why: string): Finding[] =>
  when ? [{ property, reason: `is missing: ${why} (pulumi config set --secret ${property} < key)` }] : [];

type Bearer = keyof typeof FENCE_SECRETS;
const bears = (kind: FenceKind): kind is Bearer => kind in FENCE_SECRETS;

/**
 * In the lab one stack is deployed with several sets of values in turn, while its file stays as it is: QVD_HA_PROFILE names a profile, and QVD_HA_SETTINGS holds
 * further keys as JSON, a merge patch.
 */
function overridden(config: Readonly<Record<string, unknown>>, inLab: boolean): unknown {
  const { QVD_HA_PROFILE: profile, QVD_HA_SETTINGS: settings } = process.env;
  if (!inLab) return config;
  return mergePatch({ ...config, ...(profile ? { profile } : {}) }, settings ? JSON.parse(settings) : {});
}

function maintenanceNeeds(s: Settings | undefined): Finding[] {
  if (!s) return [];
  const { alerts, backup, pitr } = s.maintenance;
  return [
    ...needs(alerts.enabled && alerts.webhook, "webhookUrl", "alerts are posted there"),
    ...needs(alerts.enabled && alerts.mail?.user !== undefined, "mailPassword", "the mail server asks for it"),
    ...needs(backup.enabled && backup.rsync !== undefined, "backupPrivateKey", "backups are sent on with it"),
    ...needs(pitr.enabled, "repositoryPrivateKey", "the third host of maintenance.pitr is reached with it"),
    ...needs(
      pitr.enabled,
      "repositoryPassphrase",
      "backups are encrypted with it, and it must be known when all else is lost: keep it outside the stack, too",
    ),
    ...needs(backup.enabled && backup.s3 !== undefined, "s3AccessKey", "backups are sent on with it"),
    ...needs(backup.enabled && backup.s3 !== undefined, "s3SecretKey", "backups are sent on with it"),
  ];
}

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
  const plain = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => !isSecret(key) && key !== "lab")
      .map(([key, text]) => [key, value(text)]),
  );
  const { settings, findings } = validate(overridden({ ...defaults, ...plain }, all.lab === "true"));
  const password: Finding[] =
    all.databasePassword === undefined ? [] : passwordFinding("databasePassword", all.databasePassword);
  // What else is wrong must not hide a secret that is missing.
  const fencing = fencingSchema.safeParse(plain.fencing ?? {});
  const bearers = fencing.success ? fenceKinds(fencing.data).filter(bears) : [];
  const missing = [
    ...needs(plain.platform === "existing", "sshPrivateKey", "existing machines are reached with it"),
    ...needs(plain.qvd !== undefined, "qvdPrivateKey", "the QVD node is reached with it"),
    ...needs(
      (plain.quorum as { device?: unknown } | undefined)?.device !== undefined,
      "arbiterPrivateKey",
      "the host of the third vote is reached with it",
    ),
    ...bearers.flatMap((k) => needs(true, FENCE_SECRETS[k], `fencing by ${k} proves itself with it`)),
    ...maintenanceNeeds(settings),
  ].filter((f) => all[f.property] === undefined);
  const refused = bearers.flatMap((k) => {
    const text = all[FENCE_SECRETS[k]];
    return text === undefined ? [] : secretFinding(FENCE_SECRETS[k], k, text);
  });
  const everything = [...findings, ...password, ...refused, ...missing];
  if (!settings || everything.length > 0) throw new SettingsError(everything);
  const secret = (key: SecretName): pulumi.Output<string> | undefined => {
    const text = all[key];
    return text === undefined ? undefined : pulumi.secret(text);
  };
  return { settings, secrets: Object.fromEntries(SECRETS.map((key) => [key, secret(key)])) };
}
