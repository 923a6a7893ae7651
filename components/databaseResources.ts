import * as pulumi from "@pulumi/pulumi";
import { os as family } from "@qvd-ha/providers/dist/os";
import { agentParams } from "@qvd-ha/providers/dist/postgres/agent";
import type { Settings, Timers } from "./config";
import { ipOf, prefixOf } from "./config";
import type { PacemakerConstraint } from "./constraints";
import { PacemakerColocation, PacemakerLocation, PacemakerOrder } from "./constraints";
import { PacemakerClone } from "./pacemakerClone";
import { PacemakerGroup } from "./pacemakerGroup";
import { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface DatabaseResourcesArgs {
  readonly settings: Settings;
  /** The replicated device. */
  readonly device: string;
}

/** A ping that failed for a moment is no lost router; the attribute follows after this. */
const PING_DAMPEN_SECONDS = 5;

type Operation = { name: string; interval: number; timeout: number };
type Simple = Pick<Timers["address"], "start" | "stop" | "monitor">;

const operations = ({ start, stop, monitor }: Simple): Operation[] => [
  { name: "start", interval: 0, timeout: start },
  { name: "stop", interval: 0, timeout: stop },
  { name: "monitor", interval: monitor.interval, timeout: monitor.timeout },
];

/**
 * What the cluster runs (HOWTO sections 10.4 and 10.5), with the HOWTO's ids: the ping clone, DRBD in two roles, and the group of
 * file system, address and PostgreSQL where DRBD is promoted.
 */
export class DatabaseResources extends pulumi.ComponentResource {
  readonly primitives: readonly PacemakerPrimitive[];
  readonly groups: readonly PacemakerGroup[];
  readonly clones: readonly PacemakerClone[];
  readonly constraints: readonly PacemakerConstraint[];

  constructor(name: string, args: DatabaseResourcesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:pacemaker:DatabaseResources", name, {}, opts);
    const { settings, device } = args;
    const { timers, database } = settings;
    const parent = { parent: this };

    const ping = createPing();
    const drbd = createDrbd();
    const fileSystem = createFileSystem();
    const address = createAddress();
    const postgres = createPostgres();
    const mail = settings.mail ? [createMail(settings.mail.to)] : [];
    const group = new PacemakerGroup(
      "g_postgres",
      // A priority, so that the side with the database wins a split: priority-fencing-delay counts it.
      { members: [fileSystem, address, postgres, ...mail], meta: { priority: 1 } },
      parent,
    );
    const pingClone = new PacemakerClone("c_ping", { child: ping, meta: { interleave: true } }, parent);
    const drbdClone = new PacemakerClone(
      "ms_drbd_postgres",
      {
        child: drbd,
        meta: {
          promotable: true,
          "promoted-max": 1,
          "promoted-node-max": 1,
          "clone-max": 2,
          "clone-node-max": 1,
          notify: true,
          interleave: true,
        },
      },
      parent,
    );

    this.primitives = [ping, drbd, fileSystem, address, postgres, ...mail];
    this.groups = [group];
    this.clones = [pingClone, drbdClone];
    this.constraints = [promoteOnPing(), groupOnDrbd(), groupAfterDrbd()];
    this.registerOutputs({});

    function createPing(): PacemakerPrimitive {
      const params = {
        host_list: settings.ping.hosts.join(" "),
        multiplier: 100,
        name: "pingd",
        dampen: `${PING_DAMPEN_SECONDS}s`,
      };
      return new PacemakerPrimitive(
        "p_ping",
        { agent: "ocf:pacemaker:ping", params, operations: operations(timers.ping), awaits: "running-on-all" },
        parent,
      );
    }

    function createDrbd(): PacemakerPrimitive {
      const t = timers.drbd;
      return new PacemakerPrimitive(
        "p_drbd_postgres",
        {
          agent: "ocf:linbit:drbd",
          params: { drbd_resource: settings.drbd.resource },
          operations: [
            { name: "start", interval: 0, timeout: t.start },
            { name: "stop", interval: 0, timeout: t.stop },
            { name: "promote", interval: 0, timeout: t.promote },
            { name: "demote", interval: 0, timeout: t.demote },
            { name: "notify", interval: 0, timeout: t.notify },
            { name: "monitor", role: "Promoted", ...t.monitorPromoted },
            { name: "monitor", role: "Unpromoted", ...t.monitorUnpromoted },
          ],
          awaits: "promoted",
        },
        parent,
      );
    }

    function createFileSystem(): PacemakerPrimitive {
      const { start, stop, monitor } = timers.fileSystem;
      return new PacemakerPrimitive(
        "p_fs_postgres",
        {
          agent: "ocf:heartbeat:Filesystem",
          params: { device, directory: database.directory, fstype: "xfs", options: "noatime" },
          operations: [
            { name: "start", interval: 0, timeout: start },
            { name: "stop", interval: 0, timeout: stop },
            // Level 20 writes and reads a file: a file system that has shut itself down does not pass.
            { name: "monitor", ...monitor, params: { OCF_CHECK_LEVEL: 20 } },
          ],
        },
        parent,
      );
    }

    function createAddress(): PacemakerPrimitive {
      const nics = new Set(settings.nodes.map((n) => n.lanInterface));
      const params = {
        ip: ipOf(database.address),
        cidr_netmask: prefixOf(database.address),
        // Interfaces of different names: the agent finds the right one by the network.
        ...(nics.size === 1 ? { nic: [...nics][0] as string } : {}),
      };
      return new PacemakerPrimitive(
        "p_ip_postgres",
        { agent: "ocf:heartbeat:IPaddr2", params, operations: operations(timers.address) },
        parent,
      );
    }

    function createPostgres(): PacemakerPrimitive {
      const { binDir, psql, user: osUser } = family(settings.os).postgres;
      const params = agentParams({
        binDir,
        psql,
        osUser,
        dataDirectory: database.directory,
        port: database.port,
        database: { name: database.name },
        settings: database.settings,
      });
      return new PacemakerPrimitive(
        "p_postgres",
        { agent: "ocf:heartbeat:pgsql", params, operations: operations(timers.postgres) },
        parent,
      );
    }

    function createMail(to: string): PacemakerPrimitive {
      return new PacemakerPrimitive(
        "p_mailto",
        { agent: "ocf:heartbeat:MailTo", params: { email: to }, operations: operations(timers.mail) },
        parent,
      );
    }

    function promoteOnPing(): PacemakerLocation {
      return new PacemakerLocation(
        "l_drbd_master_on_ping",
        {
          resource: drbdClone.id,
          rules: [
            {
              role: "Promoted",
              score: "-INFINITY",
              booleanOp: "or",
              expressions: [
                { attribute: "pingd", operation: "not_defined" },
                { attribute: "pingd", operation: "lte", value: "0", type: "number" },
              ],
            },
          ],
        },
        parent,
      );
    }

    function groupOnDrbd(): PacemakerColocation {
      return new PacemakerColocation(
        "o_postgres_on_drbd",
        { resource: group.id, withResource: drbdClone.id, withRole: "Promoted" },
        parent,
      );
    }

    function groupAfterDrbd(): PacemakerOrder {
      return new PacemakerOrder(
        "o_drbd_before_postgres",
        { first: drbdClone.id, firstAction: "promote", then: group.id, thenAction: "start" },
        parent,
      );
    }
  }
}
