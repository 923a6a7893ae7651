import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import type { PacemakerSpec } from "../../../providers/pacemaker/spec";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHR5cGVkLWJ5LWEtdGVzdC1ub3QtYS1yZWFsLWtleS0=";
const connection = (host: string): object => ({ host, hostKey, privateKey: "not a key" });

const fence = (node: string): object => ({
  kind: "primitive",
  agent: "stonith:fence_virsh",
  params: {
    ip: "172.20.64.1",
    username: "fence",
    identity_file: "/etc/qvd-ha/fence",
    pcmk_host_list: node,
    plug: node,
  },
  operations: [{ name: "monitor", interval: "60" }],
});

const awayFrom = (node: string): object => ({
  kind: "location",
  resource: `p_fence_${node}`,
  node,
  score: "-inf",
});

/** The HOWTO's whole configuration as a person writes it, with its own timers and spellings where they still mean something. */
export const howtoInput = {
  connections: { qvddb1: connection("172.20.64.91"), qvddb2: connection("172.20.64.92") },
  properties: { "stonith-enabled": true, "stonith-timeout": "60s", "cluster-recheck-interval": "10min" },
  resourceDefaults: { "resource-stickiness": 1, "migration-threshold": 2, "failure-timeout": "3min" },
  elements: {
    p_fence_qvddb1: fence("qvddb1"),
    p_fence_qvddb2: fence("qvddb2"),
    l_fence_qvddb1: awayFrom("qvddb1"),
    l_fence_qvddb2: awayFrom("qvddb2"),
    p_ping: {
      kind: "primitive",
      agent: "ocf:pacemaker:ping",
      params: { host_list: "172.20.64.1", multiplier: "100", name: "pingd" },
      operations: [
        { name: "start", timeout: "60" },
        { name: "stop", timeout: "20" },
        { name: "monitor", interval: "10", timeout: "60" },
      ],
    },
    c_ping: { kind: "clone", child: "p_ping", meta: { interleave: true } },
    p_drbd_postgres: {
      kind: "primitive",
      agent: "ocf:linbit:drbd",
      params: { drbd_resource: "postgres" },
      operations: [
        { name: "start", timeout: "240" },
        { name: "stop", timeout: "100" },
        { name: "promote", timeout: "60" },
        { name: "demote", timeout: "30" },
        { name: "notify", timeout: "30" },
        { name: "monitor", interval: "10", role: "Master", timeout: "20" },
        { name: "monitor", interval: "20", role: "Slave", timeout: "20" },
      ],
    },
    ms_drbd_postgres: {
      kind: "clone",
      child: "p_drbd_postgres",
      meta: { promotable: true, "promoted-max": 1, "clone-max": 2, notify: true, interleave: true },
    },
    p_fs_postgres: {
      kind: "primitive",
      agent: "ocf:heartbeat:Filesystem",
      params: { device: "/dev/drbd/by-res/postgres/0", directory: "/var/lib/pgsql/data", fstype: "xfs" },
      operations: [
        { name: "monitor", interval: "20", timeout: "40", params: { OCF_CHECK_LEVEL: 20 } },
        { name: "start", timeout: "60" },
        { name: "stop", timeout: "30" },
      ],
    },
    p_ip_postgres: {
      kind: "primitive",
      agent: "ocf:heartbeat:IPaddr2",
      params: { ip: "172.20.64.90", cidr_netmask: 24, nic: "eth0" },
      operations: [
        { name: "start", timeout: "10" },
        { name: "stop", timeout: "10" },
        { name: "monitor", interval: "10", timeout: "20" },
      ],
    },
    p_postgres: {
      kind: "primitive",
      agent: "ocf:heartbeat:pgsql",
      params: {
        pgdb: "qvddb",
        monitor_user: "ha_monitor",
        monitor_sql: "update ha.pacemaker_monitor set last_update=current_timestamp;",
      },
      operations: [
        { name: "monitor", interval: "10", timeout: "10" },
        { name: "start", timeout: "30" },
        { name: "stop", timeout: "20" },
      ],
    },
    g_postgres: { kind: "group", members: ["p_fs_postgres", "p_ip_postgres", "p_postgres"] },
    l_drbd_master_on_ping: {
      kind: "location",
      resource: "ms_drbd_postgres",
      rules: [
        {
          role: "Master",
          score: "-inf",
          booleanOp: "or",
          expressions: [
            { attribute: "pingd", operation: "not_defined" },
            { attribute: "pingd", operation: "lte", type: "number", value: 0 },
          ],
        },
      ],
    },
    o_postgres_on_drbd: {
      kind: "colocation",
      score: "inf",
      resource: "g_postgres",
      withResource: "ms_drbd_postgres",
      withRole: "Master",
    },
    o_drbd_before_postgres: {
      kind: "order",
      first: "ms_drbd_postgres",
      firstAction: "promote",
      then: "g_postgres",
      thenAction: "start",
    },
  },
};

export const howto = (): PacemakerSpec => pacemakerSchema.parse(howtoInput);
