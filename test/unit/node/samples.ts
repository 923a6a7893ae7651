import { schema } from "../../../providers/node/spec";
import type { NodeSpec } from "../../../providers/node/spec";
import type { OneSeen } from "../../../providers/node/read";
import { unitNames, wantedPackages } from "../../../providers/node/read";
import { chronyFile, CREATE_NO_CLUSTER, hostsFile } from "../../../providers/node/render";

const connection = { host: "172.20.64.91", hostKey: "ssh-ed25519 AAAA", privateKey: "-" };

export const spec = (more: object = {}): NodeSpec =>
  schema.parse({
    connections: { qvddb1: connection },
    name: "qvddb1",
    os: "debian12",
    hosts: [
      { address: "172.20.64.90", names: ["qvddb"] },
      { address: "172.20.64.91", names: ["qvddb1"] },
      { address: "192.168.0.91", names: ["qvddb1cx"] },
    ],
    time: { servers: ["172.20.64.1"] },
    pgpass: { host: "qvddb", database: "qvddb", user: "qvd", password: "top-secret" },
    ...more,
  });

interface Difference {
  readonly hosts?: string;
  readonly missing?: readonly string[];
  readonly without?: readonly string[];
  readonly enabled?: readonly string[];
  readonly active?: readonly string[];
  readonly exists?: readonly string[];
  /** Further files. */
  readonly files?: Readonly<Record<string, string>>;
  readonly [fact: string]: unknown;
}

const PREPARED_HOSTS = "127.0.0.1 localhost\n";

/** A machine on which all is as wanted, but for the difference. */
export function seen(wanted: NodeSpec, d: Difference = {}): OneSeen {
  const { hosts, missing = [], without = [], enabled = [], active = [], exists = [], files: more = {}, ...facts } = d;
  const files: Record<string, string> = {
    "/etc/hosts": hosts ?? hostsFile(PREPARED_HOSTS, wanted),
    "/var/lib/qvd-ha/node.json": '{"enabled":["postgresql.service"],"hosts":["127.0.1.1 qvddb1"]}',
    "/etc/postgresql-common/createcluster.d/qvd-ha.conf": CREATE_NO_CLUSTER,
    "/etc/chrony/conf.d/qvd-ha.conf": chronyFile(wanted.time.servers),
    ...more,
  };
  for (const path of without) delete files[path];
  return {
    machine: { os: "debian12", title: "Debian GNU/Linux 12 (bookworm)", hostName: "qvddb1", timeZone: "UTC" },
    files,
    packages: wantedPackages(wanted).filter((name) => !missing.includes(name)),
    pgpass: "same",
    pgpassFields: undefined,
    units: unitNames(wanted).map((name) => ({
      name,
      exists: !["drbd-graceful-shutdown.service", "qvd-ha-packages.service"].includes(name) || exists.includes(name),
      enabled: name === "chrony.service" || enabled.includes(name),
      masked: false,
      active: name === "chrony.service" || active.includes(name),
    })),
    identity: { packaged: false, leftovers: false },
    policyLeft: false,
    drbdInUse: false,
    timeSources: [],
    synchronised: true,
    ...facts,
  };
}
