import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Agents, FenceTest, QuorumDevice, Watchdog, WatchdogTest } from "@qvd-ha/providers/dist/dynamic";
import { AGENT_NAMES } from "@qvd-ha/providers/dist/agents/render";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { os as family } from "@qvd-ha/providers/dist/os";
import { printed } from "@qvd-ha/providers/dist/qvd/demands";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { ClusterNode } from "./clusterNode";
import type { HypervisorSettings, NodeSettings, Secrets, Settings, SettingsInput } from "./config";
import { ipOf, parse } from "./config";
import { fenceKinds, watchdogSeconds } from "./config/fencing";
import type { CorosyncRingArgs } from "./corosyncRing";
import { CorosyncRing } from "./corosyncRing";
import { DatabaseResources } from "./databaseResources";
import { DrbdResource } from "./drbdResource";
import * as definitions from "./definitions";
import { failoverBound } from "./failoverBound";
import type { FenceLevel } from "./fenceDevices";
import { domainOf, hypervisorOf } from "./fenceDevices";
import { Fencing } from "./fencing";
import { Machines } from "./machines";
import { Alerting, archiving, Maintenance, maintenancePackages } from "./maintenance";
import { PacemakerConfiguration } from "./pacemakerConfiguration";
import { PostgresInstance } from "./postgresInstance";
import { qvdDemands } from "./qvdDemands";
import { QvdSchema } from "./qvdSchema";

export type QvdDatabaseArgs = SettingsInput & { readonly secrets?: Secrets };

type ThirdVote = NonNullable<Settings["quorum"]["device"]>;

/** What the drills must know of a hypervisor. */
interface HypervisorDescription {
  /** Domain by node name. */
  readonly domains: Record<string, string>;
  /** Absent where the program may not log in. */
  readonly connection?: Connection;
}

/**
 * A highly available PostgreSQL for QVD on two nodes. The constructor reads like the HOWTO's table of contents.
 *
 * @throws SettingsError with every error of the configuration at once, before anything is touched
 */
export class QvdDatabase extends pulumi.ComponentResource {
  /** The floating address that QVD connects to. */
  declare readonly address: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly database: pulumi.Output<string>;
  declare readonly user: pulumi.Output<string>;
  /** Secret. */
  declare readonly password: pulumi.Output<string>;
  /** `postgresql://…`, with the password: secret. */
  declare readonly connectionString: pulumi.Output<string>;
  declare readonly nodes: pulumi.Output<string[]>;
  declare readonly drbdResource: pulumi.Output<string>;
  /** The node that served when the stack was last updated. */
  declare readonly activeNode: pulumi.Output<string>;
  /** Whose values count where the stack says nothing: a drill's times mean nothing without it. */
  declare readonly profile: pulumi.Output<string>;
  /** Longest time without a database after the death of a node, in seconds, that the timers allow. */
  declare readonly worstCaseFailoverSeconds: pulumi.Output<number>;
  /** What that time is made of. */
  declare readonly bound: pulumi.Output<{ total: number; terms: { what: string; seconds: number }[] }>;
  /** What QVD asks of its database, and what it gets, line by line; undefined where QVD is left to its administrator. */
  readonly qvdDemands: readonly string[] | undefined;
  /** How the program reaches the host of the third vote, its key apart; undefined where there is none. */
  readonly thirdVote: ThirdVote["connection"] | undefined;
  /** How the programs of a person reach the nodes: secret. */
  declare readonly connections: pulumi.Output<Record<string, Connection>>;

  /** How the drills reach the hypervisors, and which domain is which node: secret. */
  declare readonly hypervisors: pulumi.Output<Record<string, HypervisorDescription>>;

  constructor(name: string, args: QvdDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:index:Database", name, {}, opts);
    const { secrets = {}, ...input } = args;
    const settings = parse(input);
    const bound = failoverBound(settings);
    const parent = this as pulumi.Resource;
    const { proven, title } = family(settings.os);
    if (!proven)
      void pulumi.log.warn(
        `${title} was never run by this project: its files and commands are rendered and unit-tested only. Try it first on machines that may be lost.`,
        this,
      );
    const address = ipOf(settings.database.address);
    const password = createPassword();

    const machines = createMachines();
    const { connections } = machines;
    const prepared = settings.nodes.map(prepareNode);
    const replication = createReplication();
    const postgres = createPostgres();
    const vote = settings.quorum.device ? [createThirdVote(settings.quorum.device)] : [];
    const watchdog = settings.fencing.kind === "sbd" ? [createWatchdog()] : [];
    const ring = createRing();
    const guarded = watchdog.map(testWatchdog);
    const fencing = createFencing();
    const agents = installAgents();
    const resources = createResources();
    const alerting = settings.maintenance.alerts.enabled ? createAlerting() : undefined;
    const configuration = createConfiguration();
    const tested = fencing.kinds.filter((k) => k.devices.length > 0).map(testFencing);
    if (anyMaintenance()) createMaintenance();
    if (settings.qvd) deployQvd(settings.qvd);

    this.address = done(address);
    this.port = done(settings.database.port);
    this.database = done(settings.database.name);
    this.user = done(settings.database.user);
    this.password = pulumi.secret(password);
    this.connectionString = pulumi.secret(
      pulumi.interpolate`postgresql://${settings.database.user}:${password}@${address}:${settings.database.port}/${settings.database.name}`,
    );
    this.nodes = done(settings.nodes.map((n) => n.name));
    this.drbdResource = done(settings.drbd.resource);
    this.activeNode = configuration.activeNode(layoutOf(settings.layout).postgres);
    this.profile = done(settings.profile);
    this.bound = done({ total: bound.total, terms: bound.terms.map(({ what, seconds }) => ({ what, seconds })) });
    this.worstCaseFailoverSeconds = done(bound.total);
    this.qvdDemands = settings.qvd && qvdDemands(settings).map(printed);
    this.thirdVote = settings.quorum.device?.connection;
    this.connections = pulumi.secret(pulumi.output(connections)) as pulumi.Output<Record<string, Connection>>;
    this.hypervisors = pulumi.secret(
      pulumi.output(Object.fromEntries(settings.hypervisors.map((h) => [h.name, describeHypervisor(h)]))),
    );
    this.registerOutputs({
      address: this.address,
      port: this.port,
      database: this.database,
      user: this.user,
      password: this.password,
      connectionString: this.connectionString,
      nodes: this.nodes,
      drbdResource: this.drbdResource,
      activeNode: this.activeNode,
      worstCaseFailoverSeconds: this.worstCaseFailoverSeconds,
    });

    /** A value that is known at once but only counts when the service is up. */
    function done<T>(value: T): pulumi.Output<T> {
      return pulumi.output(value) as pulumi.Output<T>;
    }

    function createPassword(): pulumi.Output<string> {
      if (secrets.databasePassword) return pulumi.secret(secrets.databasePassword);
      const generated = new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent });
      return pulumi.secret(generated.result);
    }

    function createMachines(): Machines {
      return new Machines(`${name}-machines`, { settings, secrets }, { parent });
    }

    function prepareNode(n: NodeSettings): ClusterNode {
      const { database } = settings;
      return new ClusterNode(
        n.name,
        {
          connection: connections[n.name] as pulumi.Input<Connection>,
          os: settings.os,
          hosts: hostNames(),
          time: settings.time,
          repository: settings.repository,
          packages: extraPackages(),
          pgpass: {
            host: database.hostName,
            port: database.port,
            database: database.name,
            user: database.user,
            password,
          },
          bootTimeout: settings.bootTimeout,
        },
        { parent, dependsOn: machines },
      );
    }

    function extraPackages(): string[] {
      const { externalLibvirt, mail, fencing: agents } = family(settings.os).packages;
      const kinds = fenceKinds(settings.fencing);
      return [
        ...(kinds.includes("libvirt") && settings.fencing.agent === "external/libvirt" ? externalLibvirt : []),
        ...kinds.flatMap((k) => (k === "libvirt" ? [] : (agents[k] ?? []))),
        ...(settings.mail ? mail : []),
        ...(settings.quorum.device ? family(settings.os).packages.qdevice : []),
        ...maintenancePackages(settings),
      ];
    }

    /** The HOWTO's five names (section 2.2). */
    function hostNames(): { address: string; names: string[] }[] {
      return [
        { address, names: [settings.database.hostName] },
        ...settings.nodes.map((n) => ({ address: ipOf(n.lan), names: [n.name] })),
        ...settings.nodes.flatMap((n) => (n.crossover ? [{ address: ipOf(n.crossover), names: [`${n.name}cx`] }] : [])),
      ];
    }

    function createReplication(): DrbdResource {
      return new DrbdResource(
        `${name}-drbd`,
        {
          connections,
          nodes: byNode((n) => ({
            address: ipOf(n.crossover ?? n.lan),
            disk: { serial: n.disk.serial, minimumBytes: Math.floor(n.disk.sizeGiB * 1024 ** 3) },
          })),
          ...settings.drbd,
          fenceTimeout: definitions.fencingSeconds(settings),
          dataPolicy: settings.dataPolicy,
          sharedSecret: secrets.drbdSecret,
        },
        { parent, dependsOn: prepared },
      );
    }

    function createPostgres(): PostgresInstance {
      const { database } = settings;
      return new PostgresInstance(
        `${name}-postgres`,
        {
          connections,
          addresses: byNode((n) => ipOf(n.lan)),
          os: settings.os,
          version: database.version,
          seedNode: (settings.nodes[0] as NodeSettings).name,
          drbdResource: settings.drbd.resource,
          device: replication.device,
          mountPoint: database.directory,
          mountOptions: database.mountOptions,
          address,
          port: database.port,
          database: database.name,
          user: database.user,
          password,
          authentication: database.authentication,
          clients: [...settings.nodes.map((n) => ipOf(n.lan)), address, ...database.clients],
          access: database.access,
          connectionLimit: database.connectionLimit,
          encoding: database.encoding,
          locale: database.locale,
          checksums: database.checksums,
          settings: { ...database.settings, ...archiving(settings) },
          monitor: database.monitor,
          logFile: database.logFile,
          dataPolicy: settings.dataPolicy,
          primitives: primitives(),
        },
        { parent, dependsOn: replication },
      );
    }

    function createThirdVote({ connection }: ThirdVote): QuorumDevice {
      if (secrets.arbiterPrivateKey === undefined)
        throw new pulumi.RunError("arbiterPrivateKey is missing: the host of the third vote is reached with it");
      const arbiter = { ...connection, privateKey: secrets.arbiterPrivateKey };
      return new QuorumDevice(
        `${name}-quorum-device`,
        {
          connections: { ...connections, arbiter },
          arbiter: "arbiter",
          clusterName: settings.corosync.clusterName,
        },
        { parent, dependsOn: prepared },
      );
    }

    /** Before Corosync first starts, which takes it along. */
    function createWatchdog(): Watchdog {
      const { device: at, module } = settings.fencing.sbd;
      return new Watchdog(
        `${name}-watchdog`,
        {
          connections,
          config: family(settings.os).sbdConfig,
          device: at,
          ...(module === undefined ? {} : { module }),
          timeoutSeconds: watchdogSeconds(settings),
        },
        { parent, dependsOn: prepared },
      );
    }

    /** Before the cluster is told to wait for it. */
    function testWatchdog(): WatchdogTest {
      return new WatchdogTest(
        `${name}-watchdog-test`,
        { connections, device: settings.fencing.sbd.device, timeoutSeconds: watchdogSeconds(settings) },
        { parent, dependsOn: ring },
      );
    }

    function device(): CorosyncRingArgs["device"] {
      if (!settings.quorum.device) return undefined;
      const { connection, address: at, ...rest } = settings.quorum.device;
      return { host: at ?? connection.host, ...rest };
    }

    /** Nothing where they are as ever: another input would be a change of every stack. */
    function primitives(): { postgres: string; drbd: string } | undefined {
      const { postgres: server, drbd } = layoutOf(settings.layout);
      return settings.layout === "standard" ? undefined : { postgres: server, drbd };
    }

    function createRing(): CorosyncRing {
      const { clusterName, token, consensus, linkMode, oneRing } = settings.corosync;
      const nodes = Object.fromEntries(
        settings.nodes.map((n, i) => [
          n.name,
          { nodeId: i + 1, ring0: ipOf(n.lan), ...(n.crossover ? { ring1: ipOf(n.crossover) } : {}) },
        ]),
      );
      return new CorosyncRing(
        `${name}-ring`,
        {
          connections,
          clusterName,
          nodes,
          token,
          consensus,
          linkMode,
          oneRing,
          authkey: secrets.corosyncKey,
          device: device(),
        },
        { parent, dependsOn: [postgres, ...vote, ...watchdog] },
      );
    }

    /** Agents of ours that the cluster's configuration names; nothing where it names none. */
    function installAgents(): Agents[] {
      const named = [
        settings.database.agent,
        settings.database.fileSystemAgent,
        settings.database.addressAgent,
        settings.drbd.agent,
        ...fencing.kinds.flatMap((k) => k.devices.map((d) => `stonith:${d.agent}`)),
      ];
      const ours = AGENT_NAMES.filter((n) => named.includes(n));
      if (ours.length === 0) return [];
      return [new Agents(`${name}-agents`, { connections, agents: ours }, { parent, dependsOn: prepared })];
    }

    function createFencing(): Fencing {
      return new Fencing(`${name}-fencing`, { settings, secrets, connections }, { parent, dependsOn: prepared });
    }

    function createResources(): DatabaseResources {
      return new DatabaseResources(`${name}-resources`, { settings }, { parent });
    }

    function createConfiguration(): PacemakerConfiguration {
      return new PacemakerConfiguration(
        `${name}-cluster`,
        {
          connections,
          properties: definitions.properties(settings),
          resourceDefaults: definitions.resourceDefaults(settings),
          primitives: [...fencing.devices, ...resources.primitives],
          groups: resources.groups,
          clones: resources.clones,
          constraints: [...fencing.locations, ...resources.constraints],
          levels: fencing.levels,
          alerts: alerting?.alerts ?? [],
          patch: settings.cib,
        },
        {
          parent,
          // `pulumi destroy` comes to it before it comes to the data: it must not take the service away and stop only then.
          protect: settings.dataPolicy === "keep",
          dependsOn: [ring, ...guarded, ...agents, ...fencing.ready, ...(alerting?.ready ?? [])],
        },
      );
    }

    function testFencing({ kind, index, devices }: FenceLevel): FenceTest {
      return new FenceTest(
        index === 1 ? `${name}-fence-test` : `${name}-fence-test-${kind}`,
        {
          connections,
          agent: devices[0]?.agent as string,
          tests: devices.map(({ node, id }, i) => ({
            from: (settings.nodes[1 - i] as NodeSettings).name,
            node,
            device: id,
            params: (configuration.elements[id] as { params: Record<string, string> }).params,
          })),
        },
        { parent: fencing, dependsOn: [...configuration.started] },
      );
    }

    function createAlerting(): Alerting {
      return new Alerting(`${name}-alerting`, { connections }, { parent, dependsOn: prepared });
    }

    function anyMaintenance(): boolean {
      const { verify, backup, pitr, configuration: copies, alerts } = settings.maintenance;
      return [verify, backup, pitr, copies, alerts].some((p) => p.enabled);
    }

    /** Last: a watch over what is being built would tell of nothing but that. */
    function createMaintenance(): Maintenance {
      return new Maintenance(
        `${name}-maintenance`,
        { settings, connections, secrets },
        { parent, dependsOn: [...tested, ...configuration.started] },
      );
    }

    function deployQvd({ connection, nodeName, schemaVersion, script }: NonNullable<Settings["qvd"]>): QvdSchema {
      const { port, name: databaseName, user } = settings.database;
      const privateKey = secrets.qvdPrivateKey as pulumi.Output<string>;
      return new QvdSchema(
        `${name}-qvd`,
        {
          connection: { ...connection, privateKey },
          nodeName,
          host: address,
          port,
          database: databaseName,
          user,
          password,
          schemaVersion,
          script,
        },
        { parent, dependsOn: [...configuration.started] },
      );
    }

    function describeHypervisor(h: HypervisorSettings): pulumi.Output<HypervisorDescription> {
      const mine = settings.nodes.filter((n) => hypervisorOf(settings, n) === h);
      const domains = Object.fromEntries(mine.map((n) => [n.name, domainOf(n)]));
      const { address: host, port, user, hostKey } = h;
      const privateKey = secrets.hypervisorPrivateKey;
      return privateKey
        ? pulumi.output({ domains, connection: { host, port, user, hostKey, privateKey } })
        : pulumi.output({ domains });
    }

    function byNode<T>(value: (n: NodeSettings) => T): Record<string, T> {
      return Object.fromEntries(settings.nodes.map((n) => [n.name, value(n)]));
    }
  }
}
