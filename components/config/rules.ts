import { isIPv4 } from "node:net";
import type { Finding } from "@qvd-ha/providers/dist/kind";
import { os as family } from "@qvd-ha/providers/dist/os";
import { layoutOf } from "@qvd-ha/providers/dist/pacemaker/layouts";
import { boards, fencingRules } from "./fencingRules";
import { staying } from "../definitions";
import { failoverBound } from "../failoverBound";
import { qvdDemands } from "../qvdDemands";
import { versioned } from "../server";
import { fenceKinds } from "./fencing";
import { inNetwork, ipOf } from "./primitives";
import type { Settings } from "./schema";

type Rule = (s: Settings) => Finding[];

const finding = (property: string, reason: string): Finding => ({ property, reason });

const distinct = (what: string, values: readonly { property: string; value: string }[]): Finding[] =>
  values.flatMap(({ property, value }, i) => {
    const first = values.findIndex((o) => o.value === value);
    return first < i
      ? [finding(property, `${value} is already ${values[first]?.property}: every ${what} must be its own`)]
      : [];
  });

const addresses: Rule = (s) =>
  distinct("address", [
    { property: "database.address", value: ipOf(s.database.address) },
    ...s.nodes.flatMap((n, i) => [
      { property: `nodes[${i}].lan`, value: ipOf(n.lan) },
      ...(n.crossover ? [{ property: `nodes[${i}].crossover`, value: ipOf(n.crossover) }] : []),
    ]),
    ...s.hypervisors.map((h, i) => ({ property: `hypervisors[${i}].address`, value: h.address })),
  ]);

const names: Rule = (s) => [
  ...distinct("name", [
    { property: "database.hostName", value: s.database.hostName },
    ...s.nodes.flatMap((n, i) => [
      { property: `nodes[${i}].name`, value: n.name },
      { property: `nodes[${i}].name (crossover)`, value: `${n.name}cx` },
    ]),
  ]),
  ...distinct(
    "disk serial",
    s.nodes.map((n, i) => ({ property: `nodes[${i}].disk.serial`, value: n.disk.serial })),
  ),
  ...distinct("management board", boards(s)),
];

const networks: Rule = (s) => {
  const [first, second] = s.nodes;
  if (!first || !second) return [];
  const found: Finding[] = [];
  if (!inNetwork(ipOf(second.lan), first.lan))
    found.push(
      finding("nodes[1].lan", `${second.lan} is not in the network of ${first.lan}: both nodes share the LAN`),
    );
  if (first.crossover && second.crossover && !inNetwork(ipOf(second.crossover), first.crossover))
    found.push(
      finding(
        "nodes[1].crossover",
        `${second.crossover} is not in the network of ${first.crossover}: both ends share the link`,
      ),
    );
  if (first.crossover && (inNetwork(ipOf(first.crossover), first.lan) || inNetwork(ipOf(first.lan), first.crossover)))
    found.push(
      finding(
        "nodes[0].crossover",
        `${first.crossover} lies in the LAN ${first.lan}: the two rings must be networks of their own`,
      ),
    );
  if (!inNetwork(ipOf(s.database.address), first.lan))
    found.push(
      finding("database.address", `${s.database.address} is not in the LAN ${first.lan}: clients reach it there`),
    );
  return found;
};

const rings: Rule = (s) => {
  const without = s.nodes.filter((n) => !n.crossover);
  if (without.length === 0) return [];
  if (without.length === 1)
    return [
      finding(
        `nodes[${s.nodes.indexOf(without[0] as (typeof without)[0])}].crossover`,
        "is missing, but the other node has one",
      ),
    ];
  return s.corosync.oneRing
    ? []
    : [
        finding(
          "nodes[0].crossover",
          "is missing: with one ring a single cable takes the cluster down. Give both nodes a crossover address, or consent with corosync.oneRing: true",
        ),
      ];
};

const hypervisors: Rule = (s) =>
  s.nodes.flatMap((n, i) => {
    const known = s.hypervisors.map((h) => h.name);
    if (known.length === 0 && n.hypervisor === undefined) return [];
    if (n.hypervisor ? known.includes(n.hypervisor) : known.length === 1) return [];
    const value = n.hypervisor ? `${n.hypervisor} is not among` : "is missing, and there is a choice of";
    return [finding(`nodes[${i}].hypervisor`, `${value} ${known.join(", ")}: fencing must know what runs the node`)];
  });

const platform: Rule = (s) => [
  ...(s.platform === "libvirt" && !s.machine
    ? [finding("machine", "is missing: platform libvirt makes the machines and must know of what")]
    : []),
  ...(s.platform === "libvirt"
    ? s.hypervisors.flatMap((h, i) =>
        h.libvirtUri
          ? []
          : [finding(`hypervisors[${i}].libvirtUri`, "is missing: platform libvirt makes the machines there")],
      )
    : s.nodes.flatMap((n, i) =>
        n.ssh
          ? []
          : [
              finding(
                `nodes[${i}].ssh.hostKey`,
                `is missing: the public host key of ${n.name} must be known before the first connection (ssh-keygen -lf on the machine itself)`,
              ),
            ],
      )),
];

/** The networks that libvirt makes end at their hypervisor; nodes on two meet on bridges. */
const hosts: Rule = (s) => {
  if (s.platform !== "libvirt" || !s.machine) return [];
  const { bridges } = s.machine;
  const uris = s.hypervisors.flatMap((h, i) =>
    h.libvirtUri === undefined ? [] : [{ property: `hypervisors[${i}].libvirtUri`, value: h.libvirtUri }],
  );
  return [
    ...(s.hypervisors.length > 1 && bridges === undefined
      ? [
          finding(
            "machine.bridges",
            `is missing: the machines are on ${s.hypervisors.length} hypervisors, and networks that the program makes end at each. Name the bridges by which ` +
              "the hypervisors share the LAN and the crossover (lan, crossover)",
          ),
        ]
      : []),
    ...(bridges && bridges.crossover === undefined && s.nodes.some((n) => n.crossover)
      ? [
          finding(
            "machine.bridges.crossover",
            "is missing: the nodes have a crossover, which needs a bridge of its own",
          ),
        ]
      : []),
    ...(bridges && bridges.crossover === bridges.lan
      ? [finding("machine.bridges.crossover", `${bridges.lan} is the LAN's: the two rings must not share a bridge`)]
      : []),
    ...distinct("hypervisor", uris),
  ];
};

/** Where the nodes ask for the third vote. */
const thirdVote: Rule = (s) => {
  const { device } = s.quorum;
  if (!device) return [];
  const at = device.address ?? device.connection.host;
  const nodes = s.nodes.flatMap((n) => [
    ipOf(n.lan),
    ...(n.crossover ? [ipOf(n.crossover)] : []),
    ipOf(s.database.address),
  ]);
  return [
    ...(isIPv4(at)
      ? []
      : [finding("quorum.device.address", `${at} is no address: Corosync must not wait for a name's. Give one`)]),
    ...(nodes.includes(at)
      ? [finding("quorum.device.address", `${at} is the cluster's own: a third vote stands on a third host`)]
      : []),
    ...(device.syncTimeout <= device.timeout
      ? [finding("quorum.device.syncTimeout", `${device.syncTimeout} ms must exceed timeout, ${device.timeout} ms`)]
      : []),
    ...(family(s.os).packages.qdevice.length === 0
      ? [finding("quorum.device", `${family(s.os).title} has no corosync-qdevice: leave it out`)]
      : []),
  ];
};

/** Only a layout that asks a router must know one. */
const router: Rule = (s) =>
  layoutOf(s.layout).ping !== undefined && s.ping.hosts.length === 0
    ? [
        finding(
          "ping.hosts",
          "is missing: name the router (the HOWTO's own value is lost); the database runs only where it answers",
        ),
      ]
    : [];

const preferred: Rule = (s) => {
  const wish = s.preferredNode;
  if (!wish) return [];
  const names = s.nodes.map((n) => n.name);
  const stays = staying(s);
  return [
    ...(names.includes(wish.node)
      ? []
      : [finding("preferredNode.node", `${wish.node} is no node: use ${names.join(" or ")}`)]),
    ...(!wish.failBack && wish.score >= stays
      ? [
          finding(
            "preferredNode.score",
            `${wish.score} is not below ${stays}, which is cluster.stickiness for each member of the group: the database would go back by itself. ` +
              "Choose a lower one, a higher stickiness, or failBack: true",
          ),
        ]
      : []),
  ];
};

const bound: Rule = (s) => {
  const found = failoverBound(s).finding;
  const property = found?.property === "cib" ? "cib" : "timers";
  return found?.reason.split("\n").map((reason) => finding(property, reason)) ?? [];
};

const overwrite: Rule = (s) =>
  s.drbd.overwrite && !s.nodes.some((n) => n.disk.serial === s.drbd.overwrite)
    ? [
        finding(
          "drbd.overwrite",
          `${s.drbd.overwrite} is not the serial of a node's disk (${s.nodes.map((n) => n.disk.serial).join(", ")})`,
        ),
      ]
    : [];

/** An own forced command that answers before the node is on is of use only to an agent that asks for the whole in one message. */
const fencing: Rule = (s) => {
  const { agent, persistent, startAfter, manageKey } = s.fencing;
  if (!fenceKinds(s.fencing).includes("libvirt")) return [];
  return [
    ...(startAfter !== undefined && agent !== "fence_qvd_ha"
      ? [
          finding(
            "fencing.startAfter",
            `${startAfter} has no meaning for ${agent}, which switches the node on itself: use agent fence_qvd_ha, or leave it out`,
          ),
        ]
      : []),
    ...(!manageKey && (persistent || agent === "fence_qvd_ha")
      ? [
          finding(
            persistent ? "fencing.persistent" : "fencing.agent",
            "needs the fence key and its forced command: set fencing.manageKey to true, or use another agent without a standing connection",
          ),
        ]
      : []),
  ];
};

const agent: Rule = (s) =>
  s.database.agent === "ocf:qvd-ha:postgres" && s.database.monitor.role === s.database.user
    ? [
        finding(
          "database.monitor.role",
          `${s.database.user} has a password, and ocf:qvd-ha:postgres logs in without one: leave the monitor its own role, or set database.agent to ocf:heartbeat:pgsql`,
        ),
      ]
    : [];

const version: Rule = (s) =>
  s.database.version !== undefined && !versioned(s.os) && s.database.version !== String(family(s.os).postgres.version)
    ? [
        finding(
          "database.version",
          `${s.database.version}: ${family(s.os).title} has PostgreSQL ${family(s.os).postgres.version} and no other beside it. Leave it out`,
        ),
      ]
    : [];

/** The bound has a finding of its own. */
const qvd: Rule = (s) => {
  if (!s.qvd) return [];
  const { host } = s.qvd.connection;
  const networks = s.database.clients;
  return [
    ...qvdDemands(s)
      .filter((d) => !d.met && d.property !== "timers")
      .map((d) => finding(d.property, `is ${d.is}, and QVD wants ${d.wanted} (${d.what})`)),
    ...(isIPv4(host) && !networks.some((n) => inNetwork(host, n))
      ? [
          finding(
            "database.clients",
            `${networks.join(", ")} do not have ${host}, the QVD node that deploys the schema`,
          ),
        ]
      : []),
  ];
};

const pings: Rule = (s) => {
  const { timeout, pingInterval } = s.drbd;
  const interval = (pingInterval ?? 10) * 1000;
  return (timeout ?? 6000) < interval
    ? []
    : [
        finding(
          timeout === undefined ? "drbd.pingInterval" : "drbd.timeout",
          `DRBD's time-out of ${timeout ?? 6000} ms must be below the interval of its pings, ${interval} ms: set drbd.timeout lower`,
        ),
      ];
};

const backupDirectory: Rule = (s) => {
  const { enabled, directory } = s.maintenance.backup;
  return enabled && `${directory}/`.startsWith(`${s.database.directory}/`)
    ? [
        finding(
          "maintenance.backup.directory",
          `${directory} is on the replicated disk itself, and one fault would take both: choose one outside ${s.database.directory}`,
        ),
      ]
    : [];
};

/** What archives the log is given by `maintenance.pitr`; a second wish beside it would win or lose unseen. */
const pointInTime: Rule = (s) => {
  const { pitr } = s.maintenance;
  if (!pitr.enabled) return [];
  const { title, packages } = family(s.os);
  const at = pitr.repository?.address ?? pitr.repository?.connection.host;
  const own = [
    ...s.nodes.flatMap((n) => [ipOf(n.lan), ...(n.crossover ? [ipOf(n.crossover)] : [])]),
    ipOf(s.database.address),
  ];
  const given = Object.keys(s.database.settings).filter((name) => /^archive_/.test(name) || name === "wal_level");
  return [
    ...(pitr.repository
      ? []
      : [finding("maintenance.pitr.repository", "is missing: backups for a point in time are kept on a third host")]),
    ...(at !== undefined && own.includes(at)
      ? [finding("maintenance.pitr.repository", `${at} is the cluster's own: the backups are kept on a third host`)]
      : []),
    ...given.map((name) =>
      finding(`database.settings.${name}`, "is set by maintenance.pitr: take it out, or switch maintenance.pitr off"),
    ),
    ...(`${pitr.scratch}/`.startsWith(`${s.database.directory}/`)
      ? [
          finding(
            "maintenance.pitr.scratch",
            `${pitr.scratch} is on the replicated disk itself: choose one outside ${s.database.directory}`,
          ),
        ]
      : []),
    ...(packages.maintenance.pitr.length === 0
      ? [finding("maintenance.pitr", `${title} has no pgBackRest of its own: leave it out`)]
      : []),
  ];
};

export const rules: readonly Rule[] = [
  addresses,
  names,
  networks,
  rings,
  hypervisors,
  fencingRules,
  platform,
  hosts,
  thirdVote,
  router,
  preferred,
  bound,
  overwrite,
  fencing,
  agent,
  version,
  qvd,
  pings,
  backupDirectory,
  pointInTime,
];
