import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./config";
import type { PacemakerConstraint } from "./constraints";
import { PacemakerColocation, PacemakerLocation, PacemakerOrder } from "./constraints";
import * as definitions from "./definitions";
import { PacemakerClone } from "./pacemakerClone";
import { PacemakerGroup } from "./pacemakerGroup";
import { PacemakerPrimitive } from "./pacemakerPrimitive";

export interface DatabaseResourcesArgs {
  readonly settings: Settings;
}

/**
 * What the cluster runs (HOWTO sections 10.4 and 10.5), with the HOWTO's ids: the ping clone, DRBD in two roles, and the group of
 * file system, address and PostgreSQL where DRBD is promoted.
 */
export class DatabaseResources extends pulumi.ComponentResource {
  readonly primitives: readonly PacemakerPrimitive[];
  readonly groups: readonly PacemakerGroup[];
  readonly clones: readonly PacemakerClone[];
  readonly constraints: readonly PacemakerConstraint[];

  constructor(name: string, { settings }: DatabaseResourcesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:pacemaker:DatabaseResources", name, {}, opts);
    const parent = { parent: this };

    const ping = new PacemakerPrimitive("p_ping", definitions.ping(settings), parent);
    const drbd = new PacemakerPrimitive("p_drbd_postgres", definitions.drbd(settings), parent);
    const fileSystem = new PacemakerPrimitive("p_fs_postgres", definitions.fileSystem(settings), parent);
    const address = new PacemakerPrimitive("p_ip_postgres", definitions.address(settings), parent);
    const postgres = new PacemakerPrimitive("p_postgres", definitions.postgres(settings), parent);
    const mail = settings.mail
      ? [new PacemakerPrimitive("p_mailto", definitions.mail(settings, settings.mail.to), parent)]
      : [];

    const pingClone = new PacemakerClone("c_ping", { child: ping, meta: { interleave: true } }, parent);
    const drbdClone = new PacemakerClone("ms_drbd_postgres", { child: drbd, meta: definitions.drbdCloneMeta }, parent);
    const group = new PacemakerGroup(
      "g_postgres",
      { members: [fileSystem, address, postgres, ...mail], meta: definitions.groupMeta },
      parent,
    );

    this.primitives = [ping, drbd, fileSystem, address, postgres, ...mail];
    this.groups = [group];
    this.clones = [pingClone, drbdClone];
    this.constraints = [promoteOnPing(), groupOnDrbd(), groupAfterDrbd()];
    this.registerOutputs({});

    function promoteOnPing(): PacemakerLocation {
      const unreachable = {
        role: "Promoted",
        score: "-INFINITY",
        booleanOp: "or" as const,
        expressions: [
          { attribute: "pingd", operation: "not_defined" as const },
          { attribute: "pingd", operation: "lte" as const, value: "0", type: "number" as const },
        ],
      };
      return new PacemakerLocation("l_drbd_master_on_ping", { resource: drbdClone.id, rules: [unreachable] }, parent);
    }

    function groupOnDrbd(): PacemakerColocation {
      const where = { resource: group.id, withResource: drbdClone.id, withRole: "Promoted" };
      return new PacemakerColocation("o_postgres_on_drbd", where, parent);
    }

    function groupAfterDrbd(): PacemakerOrder {
      const when = {
        first: drbdClone.id,
        firstAction: "promote" as const,
        then: group.id,
        thenAction: "start" as const,
      };
      return new PacemakerOrder("o_drbd_before_postgres", when, parent);
    }
  }
}
