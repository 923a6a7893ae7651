import * as pulumi from "@pulumi/pulumi";
import type { Layout } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
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
 * What the cluster runs (HOWTO sections 10.4 and 10.5, or 12 to 15), with the HOWTO's ids: DRBD in two roles, the group of file system, address and
 * PostgreSQL where DRBD is promoted, and in the standard layout the ping clone.
 */
export class DatabaseResources extends pulumi.ComponentResource {
  readonly primitives: readonly PacemakerPrimitive[];
  readonly groups: readonly PacemakerGroup[];
  readonly clones: readonly PacemakerClone[];
  readonly constraints: readonly PacemakerConstraint[];

  constructor(name: string, { settings }: DatabaseResourcesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:pacemaker:DatabaseResources", name, {}, opts);
    const parent = { parent: this };
    const ids = layoutOf(settings.layout);

    const drbd = new PacemakerPrimitive(ids.drbd, definitions.drbd(settings), parent);
    const fileSystem = new PacemakerPrimitive(ids.fileSystem, definitions.fileSystem(settings), parent);
    const address = new PacemakerPrimitive(ids.address, definitions.address(settings), parent);
    const postgres = new PacemakerPrimitive(ids.postgres, definitions.postgres(settings), parent);
    const mail = settings.mail
      ? [new PacemakerPrimitive(ids.mail, definitions.mail(settings, settings.mail.to), parent)]
      : [];

    const drbdMeta = definitions.drbdCloneMeta(settings);
    const drbdClone = new PacemakerClone(ids.drbdClone, { child: drbd, meta: drbdMeta }, parent);
    const members = definitions
      .groupMembers(settings)
      .flatMap((id) => [fileSystem, address, postgres, ...mail].filter((p) => p.id === id));
    const group = new PacemakerGroup(ids.group, { members, meta: definitions.groupMeta }, parent);
    const router = ids.ping ? [watchRouter(ids.ping)] : [];
    const beside = settings.cluster.addressBeside ? addressBeside() : [];

    this.primitives = [...router.map((r) => r.ping), drbd, fileSystem, address, postgres, ...mail];
    this.groups = [group];
    this.clones = [...router.map((r) => r.clone), drbdClone];
    this.constraints = [...router.map((r) => r.location), groupOnDrbd(), groupAfterDrbd(), ...beside, ...preferNode()];
    this.registerOutputs({});

    function watchRouter({ primitive, clone, location }: NonNullable<Layout["ping"]>): {
      ping: PacemakerPrimitive;
      clone: PacemakerClone;
      location: PacemakerLocation;
    } {
      const ping = new PacemakerPrimitive(primitive, definitions.ping(settings), parent);
      const unreachable = {
        role: "Promoted",
        score: "-INFINITY",
        booleanOp: "or" as const,
        expressions: [
          { attribute: "pingd", operation: "not_defined" as const },
          { attribute: "pingd", operation: "lte" as const, value: "0", type: "number" as const },
        ],
      };
      return {
        ping,
        clone: new PacemakerClone(clone, { child: ping, meta: { interleave: true } }, parent),
        location: new PacemakerLocation(location, { resource: drbdClone.id, rules: [unreachable] }, parent),
      };
    }

    function groupOnDrbd(): PacemakerColocation {
      const where = { resource: group.id, withResource: drbdClone.id, withRole: "Promoted" };
      return new PacemakerColocation(ids.onDrbd, where, parent);
    }

    function groupAfterDrbd(): PacemakerOrder {
      const when = {
        first: drbdClone.id,
        firstAction: "promote" as const,
        then: group.id,
        thenAction: "start" as const,
      };
      return new PacemakerOrder(ids.afterDrbd, when, parent);
    }

    /** Of the address, as in the HOWTO: a location of the group would count once for each of its members. */
    function preferNode(): PacemakerLocation[] {
      if (!settings.preferredNode) return [];
      const { node } = settings.preferredNode;
      const place = settings.nodes.findIndex((n) => n.name === node) + 1;
      const score = String(definitions.preference(settings));
      return [new PacemakerLocation(ids.preferred(place, node), { resource: address.id, node, score }, parent)];
    }

    function addressBeside(): PacemakerConstraint[] {
      const { o_ip_on_drbd, o_drbd_before_ip, o_postgres_stops_before_ip } = definitions.besideConstraints(settings);
      return [
        new PacemakerColocation("o_ip_on_drbd", o_ip_on_drbd, parent),
        new PacemakerOrder("o_drbd_before_ip", o_drbd_before_ip, parent),
        new PacemakerOrder("o_postgres_stops_before_ip", o_postgres_stops_before_ip, parent),
      ];
    }
  }
}
