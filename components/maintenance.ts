import * as pulumi from "@pulumi/pulumi";
import {
  AlertAgent,
  Backup,
  ConfigurationBackup,
  DrbdVerify,
  KeyPair,
  PointInTime,
  Repository,
  Watch,
} from "@qvd-ha/providers/dist/dynamic";
import { archiveSettings } from "@qvd-ha/providers/dist/maintenance/pitr/render";
import { os as family } from "@qvd-ha/providers/dist/os";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import type { Secrets, Settings } from "./config";
import { PacemakerAlert } from "./constraints";
import * as definitions from "./definitions";
import { stanzaOf, vaultOf } from "./pointInTime";
import { serverOf } from "./server";

type Connections = pulumi.Input<Record<string, pulumi.Input<Connection>>>;

export interface AlertingArgs {
  readonly connections: Connections;
}

/** What the cluster's configuration says about alerts, and the script that it names, on every node before the configuration is committed. */
export class Alerting extends pulumi.ComponentResource {
  readonly alerts: readonly PacemakerAlert[];
  /** What must be there before the cluster's configuration names it. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, { connections }: AlertingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:maintenance:Alerting", name, {}, opts);
    this.ready = [new AlertAgent(`${name}-agent`, { connections }, { parent: this })];
    this.alerts = [new PacemakerAlert("a_qvd_ha", definitions.alert, { parent: this })];
    this.registerOutputs({});
  }
}

export interface MaintenanceArgs {
  readonly settings: Settings;
  readonly connections: Connections;
  readonly secrets: Secrets;
}

/** Packages that the parts need which are switched on. */
export function maintenancePackages({ maintenance, os }: Pick<Settings, "maintenance" | "os">): string[] {
  const { mailer, webhook, rsync, s3, pitr: archiver, crmsh } = family(os).packages.maintenance;
  const { alerts, backup, pitr, configuration } = maintenance;
  const wanted = [
    ...(alerts.enabled && alerts.mail ? mailer : []),
    ...(alerts.enabled && alerts.webhook ? webhook : []),
    ...(backup.enabled && backup.rsync ? rsync : []),
    ...(backup.enabled && backup.s3 ? s3 : []),
    ...(pitr.enabled ? archiver : []),
    ...(configuration.enabled && configuration.crmsh ? crmsh : []),
  ];
  return [...new Set(wanted)];
}

/** What the server must be told where its log is archived; nothing otherwise. */
export const archiving = (settings: Pick<Settings, "maintenance" | "corosync">): Readonly<Record<string, string>> =>
  settings.maintenance.pitr.enabled
    ? archiveSettings(stanzaOf(settings), settings.maintenance.pitr.archiveTimeout)
    : {};

/**
 * What the HOWTO's "Maintenance and Tuning" does by cron: DRBD verify, dumps of the database, copies of the configuration, and somebody who is told.
 * Timers run on both nodes; the one that is active does the work.
 */
export class Maintenance extends pulumi.ComponentResource {
  constructor(name: string, args: MaintenanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:index:Maintenance", name, {}, opts);
    const { settings, connections, secrets } = args;
    const { verify, backup, pitr, configuration, alerts, metrics } = settings.maintenance;
    const { resource } = settings.drbd;
    const { database } = settings;
    const layout = layoutOf(settings.layout);
    const dataDirectory = database.directory;
    const parent = { parent: this };

    if (verify.enabled) createVerify();
    if (backup.enabled) createBackup();
    if (pitr.enabled) createPointInTime();
    if (configuration.enabled) createConfigurationBackup();
    if (alerts.enabled) createWatch();
    this.registerOutputs({});

    function createVerify(): DrbdVerify {
      const { enabled: _enabled, ...rest } = verify;
      return new DrbdVerify(`${name}-verify`, { connections, resource, dataDirectory, metrics, ...rest }, parent);
    }

    /** The server as the jobs on its node find it. */
    function server() {
      const { binDir: bin, user: osUser, socketDir } = serverOf(settings.os, database.version);
      return {
        host: database.hostName,
        port: database.port,
        database: database.name,
        user: database.user,
        monitorSchema: database.monitor.schema,
        resource,
        dataDirectory,
        bin,
        osUser,
        socketDirectory: database.settings["unix_socket_directories"] ?? socketDir,
        metrics,
      };
    }

    function createBackup(): Backup {
      const { enabled: _enabled, ...rest } = backup;
      const keys = {
        ...(backup.rsync ? { rsyncPrivateKey: secrets.backupPrivateKey } : {}),
        ...(backup.s3 ? { s3AccessKey: secrets.s3AccessKey, s3SecretKey: secrets.s3SecretKey } : {}),
      };
      return new Backup(
        `${name}-backup`,
        {
          connections,
          ...server(),
          encoding: database.encoding,
          locale: database.locale,
          ...rest,
          ...keys,
        },
        parent,
      );
    }

    /** The third host first: what the nodes prepare there needs its account. */
    function createPointInTime(): PointInTime {
      const { enabled: _enabled, repository, stanza: _stanza, keepFull, archiveTimeout: _timeout, ...rest } = pitr;
      if (!repository || secrets.repositoryPrivateKey === undefined || secrets.repositoryPassphrase === undefined)
        throw new pulumi.RunError("maintenance.pitr needs repository, repositoryPrivateKey and repositoryPassphrase");
      const { stanza, account, directory } = vaultOf(settings);
      const { host, port, hostKey } = repository.connection;
      const { port: serverPort, socketDirectory } = server();
      const key = new KeyPair(`${name}-repository-key`, { comment: `${stanza}-repository` }, parent);
      const vault = new Repository(
        `${name}-repository`,
        {
          connections: { repository: { ...repository.connection, privateKey: secrets.repositoryPrivateKey } },
          stanza,
          account,
          directory,
          publicKey: key.publicKey,
          passphrase: pulumi.secret(secrets.repositoryPassphrase),
          keepFull,
          server: { directory: dataDirectory, port: serverPort, socketDirectory },
        },
        parent,
      );
      return new PointInTime(
        `${name}-pitr`,
        {
          connections,
          ...server(),
          stanza,
          account,
          repository: { host: repository.address ?? host, port, hostKey, directory },
          privateKey: pulumi.secret(key.privateKey),
          ...rest,
        },
        { ...parent, dependsOn: vault },
      );
    }

    function createConfigurationBackup(): ConfigurationBackup {
      const { enabled: _enabled, ...rest } = configuration;
      // A distribution without it has a copy all the same, without that text.
      const crmsh = rest.crmsh && family(settings.os).packages.maintenance.crmsh.length > 0;
      return new ConfigurationBackup(
        `${name}-configuration`,
        { connections, resource, dataDirectory, metrics, ...rest, crmsh },
        parent,
      );
    }

    function createWatch(): Watch {
      const { enabled: _enabled, ...rest } = alerts;
      return new Watch(
        `${name}-watch`,
        {
          connections,
          cluster: settings.corosync.clusterName,
          resource,
          dataDirectory,
          primitives: {
            drbd: layout.drbd,
            postgres: layout.postgres,
            ...(layout.ping ? { ping: layout.ping.primitive } : {}),
          },
          thirdVote: settings.quorum.device !== undefined,
          watchdog: settings.fencing.kind === "sbd",
          ...rest,
          ...(alerts.mail?.user === undefined ? {} : { mailPassword: secrets.mailPassword }),
          ...(alerts.webhook ? { webhookUrl: secrets.webhookUrl, webhookToken: secrets.webhookToken } : {}),
        },
        parent,
      );
    }
  }
}
