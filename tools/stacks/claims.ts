import { ipOf } from "../../components/config";
import type { HypervisorSettings, Settings } from "../../components/config";
import { fenceKinds } from "../../components/config/fencing";
import { domainOf, hypervisorOf } from "../../components/fenceDevices";
import { vaultOf } from "../../components/pointInTime";

/** Something that one cluster alone may have. */
export interface Claim {
  /** What it is, and where only one may have it: two claims with the same are of the same thing. */
  readonly what: string;
  readonly value: string;
  /** The key that says it. */
  readonly property: string;
  /** What to do when another has it as well. */
  readonly fix: string;
}

const OWN_ADDRESS = "give one of them another address";

/** Networks that do not know each other may use the same addresses and names. */
const inSite = (s: Settings, what: string): string => (s.site === "" ? what : `${what} of site ${s.site}`);

function addresses(s: Settings): Claim[] {
  const claim = (property: string, value: string): Claim => ({
    what: inSite(s, "address"),
    value,
    property,
    fix: OWN_ADDRESS,
  });
  return [
    claim("database.address", ipOf(s.database.address)),
    ...s.nodes.flatMap((n, i) => [
      claim(`nodes[${i}].lan`, ipOf(n.lan)),
      ...(n.ipmi
        ? [{ ...claim(`nodes[${i}].ipmi`, `${n.ipmi.address}:${n.ipmi.port}`), what: inSite(s, "management board") }]
        : []),
    ]),
  ];
}

function names(s: Settings): Claim[] {
  const fix = "give one of them another name: both stand in the same networks";
  const what = inSite(s, "name");
  return [
    { what, value: s.database.hostName, property: "database.hostName", fix },
    ...s.nodes.map((n, i) => ({ what, value: n.name, property: `nodes[${i}].name`, fix })),
    {
      what: inSite(s, "cluster name"),
      value: s.corosync.clusterName,
      property: "corosync.clusterName",
      fix: "name one of them differently: drills, restores and a third vote know a cluster by it",
    },
  ];
}

function arbiter(s: Settings): Claim[] {
  const { device } = s.quorum;
  return device
    ? [
        {
          what: `cluster name at the third vote on ${device.address ?? device.connection.host}`,
          value: s.corosync.clusterName,
          property: "corosync.clusterName",
          fix: "qnetd tells clusters apart by it: name one of them differently",
        },
      ]
    : [];
}

/** The third host of backups for a point in time, told apart by the key that it shows, whatever it is called. */
function vault(s: Settings): Claim[] {
  const { enabled, repository } = s.maintenance.pitr;
  if (!enabled || !repository) return [];
  const { stanza, account, directory } = vaultOf(s);
  const on = `on the third host that shows ${repository.connection.hostKey.split(" ").slice(0, 2).join(" ")}`;
  const claim = (what: string, value: string, property: string, fix: string): Claim => ({
    what: `${what} ${on}`,
    value,
    property: `maintenance.pitr.${property}`,
    fix,
  });
  return [
    claim(
      "stanza",
      stanza,
      "stanza",
      "set maintenance.pitr.stanza in one of them: another server's log is refused there",
    ),
    claim("account", account, "repository.account", "give one of them another account: one key alone may log in to it"),
    claim(
      "directory",
      directory,
      "repository.directory",
      "give one of them another directory: each deletes what is too old there",
    ),
  ];
}

const AGENTS_GROUP = "225.0.0.12";
const SHARED_KEY =
  "let a fence_virtd of its own listen for one of them: they have one key, which cuts the power of the machines of both";

/** What answers the nodes of a cluster must not answer another one's. */
function virtd(s: Settings): Claim[] {
  if (!fenceKinds(s.fencing).includes("xvm")) return [];
  const { transport, group = AGENTS_GROUP, port } = s.fencing.xvm;
  if (transport === "multicast")
    return [
      {
        what: inSite(s, "fence_virtd's group and port"),
        value: `${group}:${port}`,
        property: "fencing.xvm",
        fix: `set fencing.xvm.group or fencing.xvm.port, and ${SHARED_KEY}`,
      },
    ];
  const hosts = [...new Set(s.nodes.flatMap((n) => hypervisorOf(s, n)?.address ?? []))];
  return hosts.map((address) => ({
    what: inSite(s, `fence_virtd by ${transport} on ${address}`),
    value: `port ${port}`,
    property: "fencing.xvm.port",
    fix: `set fencing.xvm.port, and ${SHARED_KEY}`,
  }));
}

/** XenServer knows its machines by name or UUID, whichever of its hosts runs them. */
function xenMachines(s: Settings): Claim[] {
  const { xenapi } = s.fencing;
  if (!xenapi || !fenceKinds(s.fencing).includes("xenapi")) return [];
  return s.nodes.map((n, i) => ({
    what: inSite(s, `virtual machine at ${xenapi.url.toLowerCase().replace(/\/$/, "")}`),
    value: domainOf(n),
    property: `nodes[${i}].${n.domain === undefined ? "name" : "domain"}`,
    fix: "set nodes[].domain: fencing one cluster would cut the power of the other",
  }));
}

/** Of a node on a hypervisor that is named: a crossover is a network of that host's. */
function onHypervisor(s: Settings, i: number): Claim[] {
  const n = s.nodes[i] as Settings["nodes"][number];
  const h = hypervisorOf(s, n);
  if (!h) return [];
  return [
    {
      what: inSite(s, `domain on ${h.address}`),
      value: domainOf(n),
      property: `nodes[${i}].${n.domain === undefined ? "name" : "domain"}`,
      fix: "set nodes[].domain: fencing one cluster would cut the power of the other",
    },
    ...(n.crossover
      ? [
          {
            what: inSite(s, `crossover address on ${h.address}`),
            value: ipOf(n.crossover),
            property: `nodes[${i}].crossover`,
            fix: OWN_ADDRESS,
          },
        ]
      : []),
  ];
}

function ofHypervisor(s: Settings, h: HypervisorSettings, i: number): Claim[] {
  const makesNetworks = s.platform === "libvirt" && s.machine?.bridges === undefined;
  const byKey = fenceKinds(s.fencing).includes("libvirt") && s.fencing.manageKey;
  return [
    ...(makesNetworks
      ? [
          {
            what: inSite(s, `libvirt networks on ${h.address}`),
            value: "lan and crossover",
            property: `hypervisors[${i}]`,
            fix: "set machine.bridges in one of them: the program makes these networks once on a hypervisor",
          },
        ]
      : []),
    ...(byKey
      ? [
          {
            what: inSite(s, `forced command on ${h.address}`),
            value: h.fenceCommand,
            property: `hypervisors[${i}].fenceCommand`,
            fix: "give one of them another path: the command of one would be held to the domains of the other",
          },
        ]
      : []),
  ];
}

function elsewhere(s: Settings): Claim[] {
  const { rsync, s3 } = s.maintenance.backup;
  const fix = "give one of them a directory of its own: each deletes what is too old there";
  return [
    ...(rsync
      ? [{ what: "place of backups", value: rsync.target, property: "maintenance.backup.rsync.target", fix }]
      : []),
    ...(s3
      ? [
          {
            what: "place of backups",
            value: `${s3.bucket} at ${s3.endpoint ?? s3.provider}`,
            property: "maintenance.backup.s3.bucket",
            fix,
          },
        ]
      : []),
    ...(s.qvd
      ? [
          {
            what: inSite(s, "QVD node"),
            value: `${s.qvd.connection.host}:${s.qvd.connection.port}`,
            property: "qvd.connection",
            fix: "leave qvd out of one of them: a QVD node has one database",
          },
        ]
      : []),
  ];
}

export const claims = (s: Settings): Claim[] => [
  ...addresses(s),
  ...names(s),
  ...arbiter(s),
  ...vault(s),
  ...virtd(s),
  ...xenMachines(s),
  ...s.nodes.flatMap((_n, i) => onHypervisor(s, i)),
  ...s.hypervisors.flatMap((h, i) => ofHypervisor(s, h, i)),
  ...elsewhere(s),
];

/** Addresses that several clusters may use, and none may have itself. */
export function uses(s: Settings): Omit<Claim, "fix">[] {
  const what = inSite(s, "address");
  const { device } = s.quorum;
  return [
    ...s.hypervisors.map((h, i) => ({ what, value: h.address, property: `hypervisors[${i}].address` })),
    ...s.ping.hosts.map((value, i) => ({ what, value, property: `ping.hosts[${i}]` })),
    ...(device ? [{ what, value: device.address ?? device.connection.host, property: "quorum.device" }] : []),
  ];
}
